import * as z from 'zod';
import {
  alarmStates,
  explain,
  findJob,
  HISTORY_METRICS,
  job,
  jobLogs,
  metricHistory,
  nowOf,
  queuesOf,
  schedules,
  timeline,
  waiting,
} from '../../operator/index.ts';
import { definitionIn } from '../definitions.ts';
import { key, limit, type } from '../inputs.ts';
import { tool } from '../tool.ts';

/** By how many hours are looked at: some sixty periods. */
const PERIOD_SECONDS: Readonly<Record<string, number>> = { 1: 60, 3: 180, 12: 720, 24: 1440, 72: 4320, 168: 10_080 };
const HOURS = z.union([z.literal(1), z.literal(3), z.literal(12), z.literal(24), z.literal(72), z.literal(168)]);

export const MORE_LOOKS = [
  tool({
    name: 'waiting',
    title: 'Parked jobs',
    description:
      'Jobs that stand in the table until they are due: later attempts, scheduled jobs, callbacks of batches. Those due soonest ' +
      'first, a page at a time: `after` of one answer gives the next.',
    input: { type: type.optional(), after: z.string().max(400).optional(), limit: limit(200, 20) },
    run: ({ type: one, ...page }, { stage, signal }) => waiting(stage, one, { ...page, signal }),
  }),
  tool({
    name: 'find',
    title: 'Find a job by its key or id',
    description:
      'Looks for a key or id over all job types: in the table, then in the consumers’ logs. Use it where the type is not known.',
    input: { text: key, limit: limit(50, 10) },
    async run({ text, limit: most }, { stage, signal, where }) {
      const jobs: object[] = [];
      const looked: object[] = [];
      for await (const one of findJob(stage, text, { signal })) {
        if (one.kind === 'looked') {
          const { error, where: at } = one;
          looked.push({ where: at, ...(error !== undefined && { trouble: explain(error, where).message }) });
        } else jobs.push({ type: one.type, key: one.key, jobId: one.jobId, status: one.status });
        if (jobs.length >= most) break;
      }
      return { jobs, looked };
    },
  }),
  tool({
    name: 'timeline',
    title: 'What happened to a job',
    description:
      'What happened to one job, the newest first: attempts, failures with the place in the user’s code, planned and actual ' +
      'delays, redrives. From its log lines, and where there are none, from the table.',
    input: { type, key, limit: limit(200, 50) },
    async run({ type: one, key: ofJob, limit: most }, { stage, mapOf, where }) {
      const { item, key: found } = await job(stage, { type: one, key: ofJob });
      const options = { jobId: item.jobId, sinceMs: Date.parse(item.createdAt), ...(mapOf && { mapOf }) };
      const read = await jobLogs(stage, one, options).catch((error: unknown) => explain(error, where).message);
      const entries = timeline(item, typeof read === 'string' ? [] : read);
      const withoutLogs = typeof read === 'string' ? { withoutLogs: read } : {};
      return { key: found, entries: entries.slice(0, most), entriesInAll: entries.length, ...withoutLogs };
    },
  }),
  tool({
    name: 'metrics',
    title: 'Metrics of a job type over time',
    description:
      'Metrics of one job type by CloudWatch, some minutes late: counts, percentiles of JobDuration and QueueLatency, depths. ' +
      'A value for each period; null where there is none; the last period is not over. Ask for few metrics.',
    input: {
      ...{ type, hours: HOURS.default(3) },
      metrics: z
        .array(z.enum(HISTORY_METRICS as [string, ...string[]]))
        .min(1)
        .max(4)
        .describe('Some of these.'),
    },
    async run({ type: one, hours, metrics }, { stage, signal }) {
      const { queueUrl } = await queuesOf(stage, one);
      const sinceMs = nowOf(stage) - hours * 3600_000;
      const periodSeconds = PERIOD_SECONDS[hours] ?? 60;
      const queueName = queueUrl.split('/').at(-1);
      const named = queueName === undefined ? {} : { queueName };
      return metricHistory(stage, { type: one, metrics, sinceMs, periodSeconds, signal, ...named });
    },
  }),
  tool({
    name: 'alarms',
    title: 'Alarms of the stage',
    description: 'The stage’s alarms, those that are on first: what each means, what to do, since when.',
    input: { limit: limit(500, 50) },
    async run({ limit: most }, { stage, signal }) {
      const all = await alarmStates(stage, { signal });
      return { alarms: all.slice(0, most), alarmsInAll: all.length };
    },
  }),
  tool({
    name: 'schedules',
    title: 'Recurring jobs of a type',
    description: 'The schedules of a job type: on or off, the next three times, and what became of the last jobs.',
    input: { type },
    run: async ({ type: one }, call) => ({
      schedules: await schedules(call.stage, await definitionIn(call, one), { signal: call.signal }),
    }),
  }),
];
