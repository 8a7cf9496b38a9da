import * as z from 'zod';
import { findJob, insights, scanJobs, scanPriceOf } from '../../operator/index.ts';
import type { Found, Insights } from '../api.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import { KEY, TYPE } from '../operations/choose.ts';
import type { Call, Route } from '../route.ts';

const FIND = z.strictObject({ text: z.string().trim().pipe(KEY) });
const INSIGHTS = z.strictObject({
  query: z.string().min(1).max(10_000),
  hours: z.coerce
    .number()
    .min(1)
    .max(24 * 365),
  type: TYPE.optional(),
});
const SCAN = z.strictObject({
  status: z.enum(['SCHEDULED', 'INPROGRESS', 'RETRYING', 'COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED']).optional(),
  type: TYPE.optional(),
  olderMs: z.coerce.number().min(0).optional(),
  maxDollars: z.coerce.number().positive().optional(),
});

/** What was found, and what was looked through, as it comes. */
async function* found({ stage, troubleOf }: Desk, text: string, signal: AbortSignal): AsyncGenerator<Found> {
  for await (const one of findJob(stage, text, { signal })) {
    if (one.kind === 'job') yield one;
    else yield { kind: 'looked', where: one.where, ...('error' in one && { trouble: troubleOf(one.error) }) };
  }
}

/** A query names 50 log groups at most (CloudWatch Logs API reference, StartQuery). */
const MAX_TYPES = 50;

async function searchLogs({ desk: { stage, feeds, now }, query: given, signal }: Call): Promise<Insights> {
  const { query, hours, type } = checked(INSIGHTS, given);
  const all = ((await feeds.types.look()).data ?? []).map((one) => one.type);
  const types = type === undefined ? all.slice(0, MAX_TYPES) : [type];
  return insights(stage, query, { types, sinceMs: now() - hours * 3_600_000, signal });
}

export const findRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/find' },
    answer: ({ desk, query, signal }) => found(desk, checked(FIND, query).text, signal),
  },
  { method: 'GET', path: '/api/insights', answer: searchLogs },
  { method: 'GET', path: '/api/scan/price', answer: ({ desk }) => scanPriceOf(desk.stage) },
  {
    ...{ method: 'GET', path: '/api/scan' },
    answer: ({ desk, query, signal }) => {
      const { maxDollars, ...filter } = checked(SCAN, query);
      return scanJobs(desk.stage, filter, { maxDollars, signal });
    },
  },
];
