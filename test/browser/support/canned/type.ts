import type { MetricHistory, MetricSeries, TypePage } from '../../../../lib/console/api.ts';
import { feed, HOUR, MINUTE, NOW_MS, SECOND, samples } from './overview.ts';

/** JSON Schema of the payloads that the canned stage takes. */
export const payloadSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    to: { type: 'string', format: 'email', description: 'Who gets it' },
    subject: { type: 'string', minLength: 1, maxLength: 200 },
    text: { type: 'string', minLength: 1 },
    priority: { type: 'string', enum: ['high', 'normal', 'low'], default: 'normal' },
    copies: { type: 'integer', minimum: 0, maximum: 5 },
    track: { type: 'boolean' },
  },
  required: ['to', 'subject', 'text'],
  additionalProperties: false,
};

export const typePage: TypePage = {
  type: 'send-email',
  facts: [
    { name: 'timeout', value: '30 s' },
    { name: 'attempts', value: '5' },
    { name: 'back-off', value: 'exponential, 1 s to 15 min' },
    { name: 'batch size', value: '10' },
    { name: 'concurrency', value: 'at most 20' },
    { name: 'retention', value: '14 days' },
    { name: 'source', value: 'functions/send-email' },
  ],
  payloadSchema,
  schedules: feed(
    [
      {
        ...{ name: 'morning-digest', expression: 'cron(0 7 * * ? *)', timeZone: 'Europe/Berlin', state: 'on' as const },
        nextMs: [19, 43, 67].map((hours) => NOW_MS + hours * HOUR - 4 * SECOND),
        last: [
          { key: 'morning-digest:2026-11-30T06:00:00Z', status: 'COMPLETED' },
          { key: 'morning-digest:2026-11-29T06:00:00Z', status: 'COMPLETED' },
          { key: 'morning-digest:2026-11-28T06:00:00Z', status: 'DEAD' },
        ],
      },
      {
        ...{ name: 'heartbeat', expression: 'rate(5 minutes)', timeZone: 'UTC', state: 'off' as const },
        ...{ nextMs: [], last: [] },
      },
    ],
    20 * SECOND,
  ),
  samples,
};

const PERIODS = 36;
const series = (metric: string, stat: string, value: (i: number) => number | null): MetricSeries => ({
  ...{ metric, stat },
  values: Array.from({ length: PERIODS }, (_, i) => value(i)),
});
const wave = (i: number, middle: number, height: number) => Math.round(middle + height * Math.sin(i / 4));

/** Three hours; an outage leaves a gap. */
export const metrics: MetricHistory = {
  ...{ sinceMs: NOW_MS - PERIODS * 5 * MINUTE, periodSeconds: 300, lastIsPartial: true },
  series: [
    series('JobsCompleted', 'Sum', (i) => (i > 20 && i < 23 ? null : wave(i, 900, 300))),
    series('JobsRetried', 'Sum', (i) => (i > 18 && i < 27 ? wave(i, 90, 40) : 4)),
    series('JobsDead', 'Sum', (i) => (i === 25 ? 6 : 0)),
    series('JobDuration', 'p50', (i) => wave(i, 210, 30)),
    series('JobDuration', 'p95', (i) => wave(i, 800, 210)),
    series('JobDuration', 'p99', (i) => wave(i, 2_600, 900)),
    series('QueueLatency', 'p50', (i) => wave(i, 120, 60)),
    series('QueueLatency', 'p95', (i) => wave(i, 4_000, 2_500)),
    series('QueueLatency', 'p99', (i) => wave(i, 60_000, 31_000)),
    series('ApproximateNumberOfMessagesVisible', 'Maximum', (i) => wave(i, 9_000, 4_000)),
    series('ApproximateAgeOfOldestMessage', 'Maximum', (i) => wave(i, 220, 190)),
  ],
};
