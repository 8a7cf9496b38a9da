import type { Choice, Finding, Found, Insights, Operation, ScanPage } from '../../../../lib/console/api.ts';
import { MINUTE, NOW_MS, SECOND } from './overview.ts';

export const operations: readonly Operation[] = [
  {
    ...{
      id: 'op-3',
      kind: 'redrive',
      type: 'process-payment',
      chosen: 31,
      done: 12,
      unchanged: 0,
      refused: 0,
      left: 19,
    },
    ...{ asked: 'dead jobs of process-payment whose error has "StripeConnectionError"', ratePerSecond: 10 },
    ...{ startedAtMs: NOW_MS - 2 * SECOND, state: 'running' },
    cliLine: 'npx sluice dlq redrive process-payment --error StripeConnectionError --stage prod --app shop',
  },
  {
    ...{ id: 'op-2', kind: 'retry', type: 'sync-data', chosen: 1, done: 0, unchanged: 1, refused: 0, left: 0 },
    ...{
      asked: 'the waiting job sync-data crm',
      startedAtMs: NOW_MS - 9 * MINUTE,
      endedAtMs: NOW_MS - 9 * MINUTE + 400,
    },
    ...{ state: 'done', said: '0 changed: all had ended meanwhile', tone: 'warning' },
    cliLine: 'npx sluice retry sync-data crm --stage prod --app shop',
  },
  {
    ...{ id: 'op-1', kind: 'purge', type: 'send-sms', chosen: 204, done: 198, unchanged: 4, refused: 2, left: 0 },
    ...{ asked: 'all dead jobs of send-sms', startedAtMs: NOW_MS - 31 * MINUTE, endedAtMs: NOW_MS - 30 * MINUTE },
    ...{ state: 'done', said: '198 purged, 4 had changed meanwhile, 2 refused', tone: 'warning' },
    ...{ cliLine: 'npx sluice dlq purge send-sms --stage prod --app shop', file: 'sluice-purged-send-sms-1.ndjson' },
  },
];

/** What a redrive's dialog shows. */
export const choice: Choice = {
  ...{ id: 'choice-1', kind: 'redrive', type: 'process-payment', count: 31, ratePerSecond: 10 },
  asked: 'dead jobs of process-payment whose error has "StripeConnectionError"',
  examples: ['process-payment ord-10000', 'process-payment ord-10037', 'process-payment ord-10074'],
  will: 'They start again at attempt 1 of 10 with the same ids.',
  notes: [],
};

export const findings: readonly Finding[] = [
  {
    level: 'bad',
    check: 'alarms',
    what: 'process-payment: jobs are in the dead-letter queue since 11:21',
    todo: 'npx sluice dead',
  },
  {
    level: 'note',
    check: 'retired',
    what: 'send-sms is retired, and its queue is empty',
    todo: 'Take its stack away.',
  },
  { level: 'unknown', check: 'schedules', what: 'the rules could not be read: events:ListRules is denied' },
  { level: 'ok', check: 'deployed', what: 'six job types are deployed in one version' },
  { level: 'ok', check: 'lost', what: 'no job is lost' },
];

export const found: readonly Found[] = [
  { kind: 'job', type: 'process-payment', key: 'ord-10000', jobId: 'job-1', status: 'DEAD' },
  { kind: 'looked', where: 'the jobs table, by key, in 6 types' },
  { kind: 'job', type: 'send-email', key: 'receipt-ord-10000', jobId: 'job-2', status: 'COMPLETED' },
  {
    kind: 'looked',
    where: 'the log of sync-data',
    trouble: { kind: 'denied', message: 'not allowed', action: 'logs:FilterLogEvents' },
  },
];

export const insights: Insights = {
  rows: [
    { '@timestamp': '2026-11-30 11:59:04.120', jobId: 'job-1', event: 'job.dead', error: 'StripeConnectionError' },
    { '@timestamp': '2026-11-30 11:58:01.007', jobId: 'job-7', event: 'job.retry', error: 'StripeConnectionError' },
  ],
  scannedMegabytes: 212,
};

export const scanPages: readonly ScanPage[] = [
  {
    jobs: [{ type: 'process-payment', key: 'ord-10000', jobId: 'job-1', status: 'INPROGRESS' }],
    ...{ scanned: 1000, dollars: 0.0002 },
  },
  { jobs: [], scanned: 2000, dollars: 0.0004 },
];
