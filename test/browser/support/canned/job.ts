import type { FlowDetail, JobDetail, PayloadAnswer, TimelineEntry, WaitingFlow } from '../../../../lib/console/api.ts';
import { ago, HOUR, MINUTE, NOW_MS } from './overview.ts';

export const payload = { orderId: 'ord-10000', amount: 4900, currency: 'usd', card: 'pm_card_visa' };

export const deadJob: JobDetail = {
  ...{ type: 'process-payment', key: 'ord-10000', jobId: '7c0e1f64-2a0b-4a57-9c55-0c2f6d1b9e11', run: 1 },
  ...{ status: 'DEAD', attempts: 10, maxAttempts: 10, message: 'in the dead-letter queue' },
  reason: 'AttemptsExhausted',
  error: { name: 'StripeConnectionError', message: 'request req_4107 timed out after 20000 ms' },
  ...{ cancelRequested: false, undelivered: false, can: ['redrive', 'correct'] },
  attributes: [
    { name: 'createdAt', value: ago(3 * HOUR) },
    { name: 'failedAt', value: ago(4 * MINUTE) },
    { name: 'expiresAt', value: '2026-12-14T12:03:04.000Z' },
    { name: 'traceId', value: '1-674b0b88-2a0b4a579c550c2f6d1b9e11' },
  ],
};

export const payloadAnswer: PayloadAnswer = {
  body: JSON.stringify({ id: 'ord-10000', payload }),
  payload: JSON.stringify(payload, null, 2),
};

const attempt = (no: number, endedMsAgo: number): TimelineEntry[] => [
  {
    ...{ atMs: NOW_MS - endedMsAgo, kind: 'failed', run: 1, attempt: no, durationMs: 20_004 },
    text: `attempt ${no} of 10 failed: StripeConnectionError: request timed out after 20000 ms`,
    place: 'functions/process-payment/handler.ts:31:22',
  },
  {
    ...{ atMs: NOW_MS - endedMsAgo - 20_004, kind: 'started', run: 1, attempt: no },
    ...{ text: `attempt ${no} of 10 started`, plannedDelayMs: 60_000 * no, actualDelayMs: 60_000 * no + 412 },
  },
];

/** The newest first. */
export const timeline: readonly TimelineEntry[] = [
  { atMs: NOW_MS - 4 * MINUTE, kind: 'dead', run: 1, text: 'dead: AttemptsExhausted after 10 attempts' },
  ...attempt(10, 4 * MINUTE),
  {
    ...{ atMs: NOW_MS - 14 * MINUTE, kind: 'released', run: 1, text: 'released to the queue by the dispatcher' },
  },
  {
    atMs: NOW_MS - 24 * MINUTE,
    kind: 'parked',
    run: 1,
    text: 'parked in the table until 11:49:04',
    plannedDelayMs: 600_000,
  },
  ...attempt(9, 24 * MINUTE),
  { atMs: NOW_MS - 3 * HOUR, kind: 'created', run: 1, text: 'created' },
];

export const flows: readonly WaitingFlow[] = [
  {
    ...{ type: 'generate-report', flow: '2026-11', total: 12, open: 2, dead: 1, mode: 'success', state: 'blocked' },
    deadlineAt: new Date(NOW_MS + 5 * HOUR).toISOString(),
  },
  {
    ...{
      type: 'generate-report',
      flow: '2026-11-emea',
      total: 300,
      open: 41,
      dead: 0,
      mode: 'settled',
      state: 'waits',
    },
    deadlineAt: new Date(NOW_MS + 20 * HOUR).toISOString(),
  },
];

export const flow: FlowDetail = {
  ...{ type: 'generate-report', flow: '2026-11', status: 'SCHEDULED', cancelRequested: false, mode: 'success' },
  ...{ total: 12, completed: 9, open: 2, dead: 1, deadlineAt: flows[0]?.deadlineAt, endedAt: undefined },
  parent: { type: 'generate-report', key: '2026' },
  placesMore: false,
  places: [
    {
      ...{ place: 4, type: 'build-page', key: '2026-11:4', state: 'dead' },
      holder: {
        ...{ type: 'build-page', key: '2026-11:4', status: 'DEAD' },
        error: { name: 'ZodError', message: 'payload.month must be 1 to 12, got 13' },
      },
    },
    {
      ...{ place: 7, type: 'build-page', key: '2026-11:7', state: 'open' },
      holder: { type: 'build-page', key: '2026-11:7', status: 'INPROGRESS' },
    },
    {
      ...{ place: 11, type: 'build-page', key: '2026-11:11', state: 'open' },
      holder: { type: 'build-page', key: '2026-11:11', status: 'RETRYING', waitsFor: { open: 3, total: 5 } },
    },
  ],
};
