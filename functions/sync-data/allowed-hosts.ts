/** On a machine without AWS, the hosts of all sources. */
const ANY_SOURCE = '*';
/** What a payload may name as its source. */
export const SOURCE_NAME = /^[a-z0-9-]{1,64}$/;
const HOST = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/;

/** Hosts that each source may be fetched from, as `host` or `host:port` in lower case. */
export type AllowedHosts = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads the setting `syncAllowedHosts`: `source=host` pairs, separated by commas. A source may stand in several.
 *
 * @param local whether `*` may stand for any source
 * @throws RangeError that names the pair
 */
export function readAllowedHosts(text: string, { local }: { readonly local: boolean }): AllowedHosts {
  const allowed = new Map<string, Set<string>>();
  for (const pair of text.toLowerCase().split(',')) {
    if (pair.trim() === '') continue;
    const [source = '', host = '', ...more] = pair.split('=').map((part) => part.trim());
    const isSource = SOURCE_NAME.test(source) || (local && source === ANY_SOURCE);
    if (!isSource || !HOST.test(host) || more.length > 0) {
      throw new RangeError(
        `syncAllowedHosts: "${pair.trim()}" must be source=host, as crm=api.example.com: a source is fetched from its own hosts only`,
      );
    }
    allowed.set(source, (allowed.get(source) ?? new Set()).add(host));
  }
  return allowed;
}

/** The hosts that a source may be fetched from; none if it has none. */
export const hostsOf = (allowed: AllowedHosts, source: string): ReadonlySet<string> =>
  new Set([...(allowed.get(source) ?? []), ...(allowed.get(ANY_SOURCE) ?? [])]);
