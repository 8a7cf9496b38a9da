import type { Feed, Trouble } from '../../../../lib/console/api.ts';
import { deadJobs, deadPages, waiting } from './dead.ts';
import { deadJob, flow, flows, payloadAnswer, timeline } from './job.ts';
import { about, emptyOverview, feed, NOW_MS, overview } from './overview.ts';
import { choice, findings, found, insights, operations, scanPages } from './rest.ts';
import { metrics, typePage } from './type.ts';

/** What a route answers in the place of the server. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly json?: unknown;
  /** NDJSON. */
  readonly lines?: readonly unknown[];
  /** Never answers. */
  readonly hangs?: true;
}

/** By route, without `/api/`, or by method and route where they differ: `POST operations`. */
export type Answers = Readonly<Record<string, Answer>>;

/** A stage where something happens on every page. */
export const healthy: Answers = {
  about: { json: about },
  overview: { json: overview },
  type: { json: typePage },
  metrics: { json: feed(metrics, 40_000) },
  dead: { lines: deadPages(deadJobs(), 20) },
  waiting: { json: feed(waiting) },
  job: { json: feed(deadJob) },
  timeline: { json: feed({ entries: timeline }) },
  payload: { json: payloadAnswer },
  check: { json: { faults: [] } },
  find: { lines: found },
  insights: { json: insights },
  'scan/price': { json: { items: 1_204_113, megabytes: 904, dollars: 0.14 } },
  scan: { lines: scanPages },
  flows: { json: feed({ flows, truncated: false }) },
  flow: { json: feed(flow) },
  operations: { json: operations },
  'operations/refused': { lines: [] },
  choices: { json: choice },
  health: { lines: findings },
};

/** The same stage where nothing has happened yet. */
export const empty: Answers = {
  ...healthy,
  overview: { json: emptyOverview },
  type: { json: { ...typePage, facts: [], schedules: feed([]), samples: [] } },
  metrics: { json: feed({ ...metrics, series: [] }) },
  dead: { lines: deadPages([]) },
  waiting: { json: feed({ jobs: [], total: 0, totalMore: false }) },
  timeline: { json: feed({ entries: [] }) },
  find: { lines: found.filter(({ kind }) => kind === 'looked') },
  insights: { json: { rows: [], scannedMegabytes: 0 } },
  scan: { lines: [] },
  flows: { json: feed({ flows: [], truncated: false }) },
  operations: { json: [] },
  health: { lines: [] },
};

/** Nothing but the frame is answered. */
export const loading: Answers = {
  ...Object.fromEntries(Object.keys(healthy).map((route) => [route, { hangs: true as const }])),
  about: healthy.about ?? {},
};

const STATUS: Readonly<Record<Trouble['kind'], number>> = {
  ...{ throttled: 503, expired: 503, denied: 403, missing: 404, unreachable: 502, gap: 501, usage: 400, failed: 500 },
};

/** Every feed has a trouble, and its last value or none; every other route is refused with it. */
export function troubled(trouble: Trouble, { withData }: { readonly withData: boolean }): Answers {
  const refused: Answer = { status: STATUS[trouble.kind], json: { error: trouble } };
  const inTrouble = (value: unknown): unknown => {
    if (!isFeed(value)) return value;
    return withData ? { ...value, asOfMs: NOW_MS - 90_000, trouble } : { trouble };
  };
  const answers = Object.entries(healthy).map(([route, answer]): [string, Answer] => {
    const { json, lines } = answer;
    if (lines !== undefined) return [route, { lines: [...(withData ? lines : []), { error: trouble }] }];
    if (isFeed(json)) return [route, { json: inTrouble(json) }];
    if (route === 'overview' || route === 'type') {
      const parts = Object.entries(json as object).map(([name, part]) => [name, inTrouble(part)]);
      return [route, { json: Object.fromEntries(parts) }];
    }
    return [route, route === 'about' || route === 'operations' ? answer : refused];
  });
  return Object.fromEntries(answers);
}

const isFeed = (value: unknown): value is Feed<unknown> =>
  typeof value === 'object' && value !== null && 'data' in value && 'asOfMs' in value;
