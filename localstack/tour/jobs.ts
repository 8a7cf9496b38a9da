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
  /** Sent this often; 0 for a job that another one leads to. @default 1 */
  readonly times?: number;
  /** Label of the job whose batch it is the callback of: only that one's item knows its key. */
  readonly callbackOf?: string;
}

const job = (id: string, payload: unknown, more: object = {}): string => JSON.stringify({ id, payload, ...more });
const card = (paymentMethod: string) => ({ amount: 4900, currency: 'usd', paymentMethod });

/**
 * At least one job of each type that succeeds, and one for each kind of failure.
 *
 * @param types those that are deployed; without one of the flow's, its other jobs are sent by themselves
 */
export function tourJobs(sourceUrl: (source: string) => string, types: readonly string[]): TourJob[] {
  const welcome = { to: ['ada@example.com'], subject: 'Welcome, Ada', text: 'Good to have you.' };
  const receipt = { to: ['grace@example.com'], subject: 'Your receipt', html: '<p>49.00 USD</p>', text: '49.00 USD' };
  const sync = (source: string) => ({ source, url: sourceUrl(source) });
  const flow = FLOW.every((type) => types.includes(type)) ? flowJobs(sync('billing')) : apart(sync('billing'));
  const all: TourJob[] = [
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
    ...flow,
    {
      type: 'sync-data',
      label: 'crm',
      body: job('crm', sync('crm')),
      status: 'COMPLETED',
      attempts: 2,
      delaysMs: [PARKED_SECONDS * 1000],
    },
  ];
  return all.filter(({ type }) => types.includes(type));
}

const good = { status: 'COMPLETED', attempts: 1 } as const;
/** The types of the tour's flow. */
const FLOW = ['sync-data', 'generate-report', 'mail-report', 'send-email'];
const YEAR = { source: 'billing', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };

/**
 * A chain: once the records are there, their report. It fans out over the months of its year, and the batch's callback mails the
 * totals.
 */
function flowJobs(sync: object): TourJob[] {
  const report = { type: 'generate-report', payload: { ...YEAR, mailTo: 'ada@example.com' } };
  return [
    {
      type: 'sync-data',
      label: 'billing',
      body: job('billing', sync, Object.fromEntries([['then', [report]]])),
      ...good,
    },
    { type: 'generate-report', label: 'billing.1', body: '', times: 0, ...good },
    { type: 'mail-report', label: 'of billing.1', body: '', times: 0, callbackOf: 'billing.1', ...good },
  ];
}

/** The same without a flow. */
const apart = (sync: object): TourJob[] => [
  { type: 'sync-data', label: 'billing', body: job('billing', sync), ...good },
  { type: 'generate-report', label: 'billing-2026', body: job('billing-2026', YEAR), ...good, after: 'billing' },
];

/** When the source `crm` asks to be tried again. A retry that waits for more than 60 s is parked, and the tour waits for it. */
export const PARKED_SECONDS = 61;

/** What the tour's two sources hold. */
export const TOUR_SOURCES = { crm: { records: 2500 }, billing: { records: 1200 } } as const;
