import type { About, AlarmView, Feed, Overview, QueueCounts, Sample, TypeAbout } from '../../../../lib/console/api.ts';

/** When the canned stage is looked at. The page's clock stands there. */
export const NOW_MS = Date.parse('2026-11-30T12:03:04Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const ago = (ms: number): string => new Date(NOW_MS - ms).toISOString();
export const feed = <T>(data: T, ageMs = 2 * SECOND): Feed<T> => ({ data, asOfMs: NOW_MS - ageMs });

const usual: Omit<TypeAbout, 'type'> = {
  ...{ deployed: true, inCatalogue: true, retired: false, hasSchedules: false, inFlows: false },
};
const types: readonly TypeAbout[] = [
  { ...usual, type: 'build-page', inFlows: true },
  { ...usual, type: 'generate-report', hasSchedules: true, inFlows: true },
  { ...usual, type: 'process-payment' },
  { ...usual, type: 'send-email' },
  { ...usual, type: 'send-sms', retired: true, inCatalogue: false },
  { ...usual, type: 'sync-data', hasSchedules: true },
];

export const about: About = {
  ...{ stage: 'shop-prod', flags: ' --stage prod --app shop --region eu-west-1' },
  ...{ region: 'eu-west-1', profile: 'on-call', isEmulator: false },
  ...{ keepsData: true, readOnly: false, payloads: true, gaps: [], types, hasFlows: true },
};

/** The same on the developer's own machine. */
export const localAbout: About = {
  ...{ stage: 'dev', flags: ' --stage dev --endpoint http://127.0.0.1:4566', region: 'us-east-1' },
  ...{ endpoint: 'http://127.0.0.1:4566', isEmulator: true, keepsData: false, readOnly: false, payloads: true },
  ...{ gaps: ['MiniStack keeps no metrics of queues: charts begin when this page is opened.'], hasFlows: true },
  types: types.filter(({ retired }) => !retired),
};

const counts: readonly QueueCounts[] = [
  { type: 'build-page', depth: 214, inFlight: 20, delayed: 0 },
  { type: 'generate-report', depth: 0, inFlight: 1, delayed: 0 },
  { type: 'process-payment', depth: 3, inFlight: 7, delayed: 12 },
  { type: 'send-email', depth: 18_402, inFlight: 200, delayed: 31 },
  { type: 'send-sms', depth: 0, inFlight: 0, delayed: 0 },
  { type: 'sync-data', depth: 1, inFlight: 0, delayed: 0 },
];

const alarms: readonly AlarmView[] = [
  {
    ...{ name: 'sluice-shop-prod-process-payment-dead-letters', type: 'process-payment', state: 'ALARM' },
    ...{ sinceMs: NOW_MS - 42 * MINUTE, what: 'Jobs are in the dead-letter queue: each failed for good.' },
    ...{ todo: 'Look at why, fix the cause, and send them again.', runbook: 'https://example.com/runbook#dead' },
  },
  {
    ...{ name: 'sluice-shop-prod-send-email-age', type: 'send-email', state: 'ALARM', sinceMs: NOW_MS - 9 * MINUTE },
    ...{
      what: 'The oldest message has waited for more than 5 minutes.',
      todo: 'See whether the consumer is throttled.',
    },
  },
  {
    ...{ name: 'sluice-shop-prod-dispatcher-failed', state: 'OK', sinceMs: NOW_MS - 90 * HOUR },
    ...{ what: 'The dispatcher of parked retries fails.', todo: 'Read its log.' },
  },
];

export const overview: Overview = {
  counts: feed(counts),
  deadLetters: feed(
    [
      { type: 'build-page', dlq: 1 },
      { type: 'process-payment', dlq: 37 },
    ],
    40 * SECOND,
  ),
  states: feed(
    {
      ...{ 'build-page': 'running', 'generate-report': 'running', 'process-payment': 'running' },
      ...{ 'send-email': 'running', 'send-sms': 'paused', 'sync-data': 'running' },
    },
    12 * SECOND,
  ),
  lists: feed(
    types.map(({ type }) => ({
      type,
      parked: { 'process-payment': 9, 'sync-data': 2, 'send-email': 10_000 }[type] ?? 0,
      dead: { 'process-payment': 37, 'build-page': 1 }[type] ?? 0,
      parkedMore: type === 'send-email',
      deadMore: false,
    })),
    12 * SECOND,
  ),
  ages: feed({ 'send-email': 412, 'process-payment': 6, 'build-page': 31, 'sync-data': 2 }, 50 * SECOND),
  alarms: feed(alarms, 12 * SECOND),
};

/** Nothing waits, nothing is dead. */
export const emptyOverview: Overview = {
  counts: feed(types.map(({ type }) => ({ type, depth: 0, inFlight: 0, delayed: 0 }))),
  deadLetters: feed([]),
  states: overview.states,
  lists: feed(types.map(({ type }) => ({ type, parked: 0, dead: 0, parkedMore: false, deadMore: false }))),
  ages: feed({}),
  alarms: feed([]),
};

/** Half an hour of them, a wave that grows. */
export const samples: readonly Sample[] = Array.from({ length: 360 }, (_, i) => ({
  atMs: NOW_MS - (360 - i) * 5 * SECOND,
  depth: Math.round(9_000 + i * 26 + 2_500 * Math.sin(i / 22)),
  inFlight: Math.min(200, 120 + Math.round(60 * (1 + Math.sin(i / 9)))),
  delayed: Math.round(20 + 12 * Math.sin(i / 17)),
}));
