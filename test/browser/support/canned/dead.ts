import type { DeadGroup, DeadJob, DeadPage, WaitingJob, WaitingPage } from '../../../../lib/console/api.ts';
import { ago, HOUR, MINUTE, NOW_MS, SECOND } from './overview.ts';

interface Cause {
  readonly type: string;
  readonly reason: NonNullable<DeadJob['reason']>;
  readonly name: string;
  readonly message: (i: number) => string;
  /** The message without what differs from job to job. */
  readonly group: string;
  readonly jobs: number;
}

const CAUSES: readonly Cause[] = [
  {
    ...{ type: 'process-payment', reason: 'AttemptsExhausted', name: 'StripeConnectionError', jobs: 31 },
    message: (i) => `request req_${4107 + i} timed out after 20000 ms`,
    group: 'StripeConnectionError: request … timed out after 20000 ms',
  },
  {
    ...{ type: 'process-payment', reason: 'PermanentError', name: 'CardError', jobs: 6 },
    ...{ message: () => 'Your card was declined.', group: 'CardError: Your card was declined.' },
  },
  {
    ...{ type: 'build-page', reason: 'InvalidPayload', name: 'ZodError', jobs: 1 },
    message: () => 'payload.month must be 1 to 12, got 13',
    group: 'ZodError: payload.month must be … to …, got …',
  },
];

/** Dead jobs, the newest first: of each cause so many times as many as usual. */
export function deadJobs(times = 1): DeadJob[] {
  const jobs = CAUSES.flatMap((cause) =>
    Array.from({ length: cause.jobs * times }, (_, i): DeadJob & { readonly at: number } => ({
      ...{ type: cause.type, key: `ord-${10_000 + i * 37}`, run: 1, jobId: `job-${cause.name}-${i}` },
      ...{ reason: cause.reason, error: { name: cause.name, message: cause.message(i) }, group: cause.group },
      attempts: cause.reason === 'AttemptsExhausted' ? 10 : 1,
      ...{ at: i * 53 * SECOND + cause.jobs * 7 * SECOND, failedAt: ago(i * 53 * SECOND + cause.jobs * 7 * SECOND) },
      undelivered: false,
    })),
  );
  return jobs.toSorted((a, b) => a.at - b.at).map(({ at: _, ...job }) => job);
}

export function groupsOf(jobs: readonly DeadJob[]): DeadGroup[] {
  const groups = Map.groupBy(jobs, ({ type, reason, group }) => JSON.stringify([type, reason, group]));
  return [...groups.values()]
    .map((of) => ({
      ...{ type: of[0]?.type ?? '', reason: of[0]?.reason, error: of[0]?.group ?? '', jobs: of.length },
      ...{ first: of.at(-1)?.failedAt ?? '', last: of[0]?.failedAt ?? '' },
    }))
    .toSorted((a, b) => b.jobs - a.jobs);
}

/** As the server gives them: so many a page. */
export function deadPages(jobs: readonly DeadJob[], perPage = 1000): DeadPage[] {
  const pages: DeadPage[] = [];
  for (let from = 0; from < Math.max(1, jobs.length); from += perPage) {
    const read = Math.min(jobs.length, from + perPage);
    const groups = groupsOf(jobs.slice(0, read));
    pages.push({ jobs: jobs.slice(from, read), groups, read, of: jobs.length, truncated: false });
  }
  return pages;
}

const timeout = { name: 'StripeConnectionError', message: 'request timed out after 20000 ms' };

export const waiting: WaitingPage = {
  total: 10_000,
  totalMore: true,
  after: 'next',
  jobs: [
    ...Array.from(
      { length: 9 },
      (_, i): WaitingJob => ({
        ...{ type: 'process-payment', key: `ord-${20_000 + i}`, jobId: `job-w-${i}`, status: 'RETRYING', run: 1 },
        ...{ attempts: 1 + (i % 5), maxAttempts: 10, error: timeout },
        ...{ dueAt: NOW_MS + i * 7 * MINUTE + 20 * SECOND, waitsForChildren: false },
      }),
    ),
    {
      ...{ type: 'sync-data', key: 'crm', jobId: 'job-crm', status: 'RETRYING', run: 1, attempts: 2, maxAttempts: 20 },
      error: { name: 'ThrottledError', message: 'The CRM answered 429: retry after 3600 s' },
      ...{ dueAt: NOW_MS + HOUR, waitsForChildren: false },
    },
    {
      ...{ type: 'generate-report', key: '2026-11', jobId: 'job-report', status: 'SCHEDULED', run: 1, attempts: 0 },
      ...{ maxAttempts: 3, error: undefined, dueAt: NOW_MS + 5 * HOUR, waitsForChildren: true },
    },
  ],
};
