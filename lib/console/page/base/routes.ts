/**
 * The page's addresses: `routeOf` reads one, `hrefs` write them. Names in a path are URL-encoded, so that a key may hold any sign.
 *
 *   hrefs.job('send-email', 'a/b')           → /job/send-email/a%2Fb
 *   hrefs.dead({ type: 'send-email' })       → /dead?type=send-email
 *   routeOf('/job/send-email/a%2Fb', '?x=1') → { page: 'job', names: ['send-email', 'a/b'], query: { x: '1' } }
 */

export const PAGES = [
  ...(['overview', 'type', 'dead', 'waiting', 'job', 'find'] as const),
  ...(['flows', 'flow', 'operations', 'health', 'send'] as const),
];
export type PageName = (typeof PAGES)[number];

/** How many names an address of the page has. */
const NAMES: Readonly<Partial<Record<PageName, number>>> = { type: 1, job: 2, flow: 2, send: 1 };

export interface Route {
  /** `missing`: no page has this address. */
  readonly page: PageName | 'missing';
  readonly names: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // Typed by hand, with a lone %.
  }
}

export function routeOf(pathname: string, search: string): Route {
  const [first, ...names] = pathname.split('/').slice(1).map(decoded);
  const query = Object.fromEntries(new URLSearchParams(search));
  if (first === '' && names.length === 0) return { page: 'overview', names: [], query };
  const page = PAGES.find((name) => name !== 'overview' && name === first);
  const fits = page !== undefined && names.length === (NAMES[page] ?? 0) && names.every((name) => name !== '');
  return { page: fits ? page : 'missing', names, query };
}

function href(parts: readonly string[], query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(
    Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  ).toString();
  return `/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

export const hrefs = {
  overview: () => '/',
  type: (type: string, query?: Query) => href(['type', type], query),
  dead: (query?: Query) => href(['dead'], query),
  waiting: (query?: Query) => href(['waiting'], query),
  job: (type: string, key: string) => href(['job', type, key]),
  find: (query?: Query) => href(['find'], query),
  flows: (query?: Query) => href(['flows'], query),
  flow: (type: string, flow: string) => href(['flow', type, flow]),
  operations: () => '/operations',
  health: () => '/health',
  send: (type: string) => href(['send', type]),
};
