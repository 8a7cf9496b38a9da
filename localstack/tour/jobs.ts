import type { DeadLetterReason, JobStatus } from '../../lib/contract/job.ts';

/** A message that the tour sends, and how its job must end. */
export interface TourJob {
  readonly type: string;
  /** Its name in the tour's table. */
  readonly label: string;
  readonly body: string;
  readonly status: JobStatus;
  readonly attempts: number;
  readonly reason?: DeadLetterReason;
  /** Milliseconds of each planned retry delay, before jitter (at most 20 % less). */
  readonly delaysMs?: readonly number[];
  /** Waits until this job has completed. */
  readonly after?: string;
  /** Sent this often. @default 1 */
  readonly times?: number;
}

const job = (id: string, payload: unknown): string => JSON.stringify({ id, payload });
const card = (paymentMethod: string) => ({ amount: 4900, currency: 'usd', paymentMethod });

/** At least one job of each type that succeeds, and one for each kind of failure. */
export function tourJobs(sourceUrl: (source: string) => string): TourJob[] {
  const welcome = { to: ['ada@example.com'], subject: 'Welcome, Ada', text: 'Good to have you.' };
  const receipt = { to: ['grace@example.com'], subject: 'Your receipt', html: '<p>49.00 USD</p>', text: '49.00 USD' };
  const good = { status: 'COMPLETED', attempts: 1 } as const;
  const sync = (source: string) => ({ source, url: sourceUrl(source) });
  const period = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
  return [
    { type: 'send-email', label: 'welcome-ada', body: job('welcome-ada', welcome), ...good, times: 2 },
    { type: 'send-email', label: 'receipt-1001', body: job('receipt-1001', receipt), ...good },
    {
      type: 'send-email',
      label: '(not JSON)',
      body: 'to: ada@example.com',
      status: 'DEAD',
      attempts: 0,
      reason: 'InvalidMessage',
    },
    {
      type: 'send-email',
      label: 'no-subject',
      body: job('no-subject', { to: ['ada@example.com'], text: 'Hello' }),
      status: 'DEAD',
      attempts: 0,
      reason: 'InvalidPayload',
    },
    { type: 'process-payment', label: 'ord-1001', body: job('ord-1001', card('pm_card_visa')), ...good },
    {
      type: 'process-payment',
      label: 'ord-1002',
      body: job('ord-1002', card('pm_card_visa')),
      status: 'COMPLETED',
      attempts: 3,
      delaysMs: [1000, 5000],
    },
    {
      type: 'process-payment',
      label: 'ord-1003',
      body: job('ord-1003', card('pm_card_visa_chargeDeclined')),
      status: 'DEAD',
      attempts: 1,
      reason: 'PermanentError',
    },
    { type: 'sync-data', label: 'billing', body: job('billing', sync('billing')), ...good },
    {
      type: 'sync-data',
      label: 'crm',
      body: job('crm', sync('crm')),
      status: 'COMPLETED',
      attempts: 2,
      delaysMs: [75_000],
    },
    {
      type: 'generate-report',
      label: 'billing-2026',
      body: job('billing-2026', { source: 'billing', ...period }),
      ...good,
      after: 'billing',
    },
  ];
}

/** What the tour's two sources hold. */
export const TOUR_SOURCES = { crm: { records: 2500 }, billing: { records: 1200 } } as const;
