import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import type { Observed } from './far-side.ts';
import { type ChaosJob, LEDGER, SYNC } from './plan.ts';

/** What was seen that must not be, one line each; empty if every promise was kept. */
export function violations(jobs: readonly ChaosJob[], observed: Observed): string[] {
  return [
    ...jobs.flatMap((job) => ofJob(job, observed)),
    ...ofStrangers(jobs, observed),
    ...ofDeadLetters(jobs, observed),
    ...(observed.messagesLeft > 0 ? [`${observed.messagesLeft} messages are left in the queues`] : []),
  ];
}

function ofJob(job: ChaosJob, observed: Observed): string[] {
  const item = observed.items.get(job.id);
  if (item === undefined) return [`${job.id} has no item: it was lost`];
  return [...ofEnd(job, item), ...ofWork(job, item, observed)].map((what) => `${job.id} (${job.kind}) ${what}`);
}

function ofEnd({ deathReason, maxAttempts }: ChaosJob, item: JobItem): string[] {
  const { status, reason, attempts, undelivered, listKey, runNo } = item;
  const found: string[] = [];
  const expected = deathReason === undefined ? 'COMPLETED' : 'DEAD';
  if (status !== expected) found.push(`is ${status}${reason === undefined ? '' : ` of ${reason}`}, not ${expected}`);
  // Its last attempt may have been in a process that was killed.
  else if (reason !== deathReason && reason !== 'Crashed') found.push(`died of ${reason}, not of ${deathReason}`);
  if (undelivered) found.push('has a pending dead letter');
  if (listKey?.startsWith('due#')) found.push(`is still on ${listKey}`);
  if (attempts > maxAttempts) found.push(`took ${attempts} attempts of ${maxAttempts}`);
  if (runNo !== 1) found.push(`is in run ${runNo}, and nobody sent it back`);
  return found;
}

function ofWork(job: ChaosJob, item: JobItem, observed: Observed): string[] {
  const isDone = item.status === 'COMPLETED';
  switch (job.type) {
    case 'send-email':
      return ofMails(observed.mails.get(job.id) ?? 0, isDone, item);
    case 'process-payment':
      return exactly('payments taken', observed.payments.get(job.id) ?? 0, { least: isDone ? 1 : 0, most: 1 });
    case 'sync-data':
      return ofSync(job, isDone, observed);
    case 'generate-report': {
      const rows = observed.reports.get(job.id);
      if (rows === undefined) return isDone ? ['has no report'] : [];
      return exactly('rows in its report', rows, { least: LEDGER.rows, most: LEDGER.rows });
    }
  }
}

/** SES has no idempotency key: an attempt that crashed after its mail sends it again. There is at most one mail an attempt. */
function ofMails(mails: number, isDone: boolean, { attempts }: JobItem): string[] {
  return exactly('e-mails', mails, { least: isDone ? 1 : 0, most: attempts });
}

function ofSync({ id }: ChaosJob, isDone: boolean, { slices, records }: Observed): string[] {
  const own = [...slices].filter(([slice]) => slice.startsWith(`${id}/`));
  const again = own.filter(([, times]) => times !== 1).map(([slice, times]) => `wrote ${slice} ${times} times`);
  if (!isDone) return again;
  return [
    ...again,
    ...exactly('pages written', own.length, { least: SYNC.pages, most: SYNC.pages }),
    ...exactly('records', records.get(id) ?? 0, { least: SYNC.records, most: SYNC.records }),
  ];
}

function exactly(what: string, count: number, { least, most }: { least: number; most: number }): string[] {
  if (count >= least && count <= most) return [];
  return [`has ${count} ${what}, not ${least === most ? least : `${least} to ${most}`}`];
}

/** Whatever belongs to no job that was sent. */
function ofStrangers(jobs: readonly ChaosJob[], observed: Observed): string[] {
  const known = new Set(jobs.map(({ id }) => id));
  const strange = (what: string, ids: Iterable<string>) =>
    [...ids].filter((id) => !known.has(id)).map((id) => `${what} ${id} belongs to no job`);
  return [
    ...strange('the item', observed.items.keys()),
    ...strange('the e-mail', observed.mails.keys()),
    ...strange('the payment', observed.payments.keys()),
    ...strange('the report', observed.reports.keys()),
  ];
}

/** The dead letters are those of the jobs that are DEAD, with their reason and body; copies are allowed. */
function ofDeadLetters(jobs: readonly ChaosJob[], { items, deadLetters }: Observed): string[] {
  const bodies = new Map(jobs.map(({ id, body }) => [id, body]));
  const wrong = deadLetters.flatMap(({ jobId = '', reason, body }) => {
    const item = items.get(jobId);
    if (item?.status !== 'DEAD')
      return [`a dead letter of ${jobId || 'no job'}, which is ${item?.status ?? 'unknown'}`];
    if (reason !== item.reason) return [`the dead letter of ${jobId} says ${reason}, its item ${item.reason}`];
    return body === bodies.get(jobId) ? [] : [`the dead letter of ${jobId} has another body`];
  });
  const deadLettered = new Set(deadLetters.map(({ jobId }) => jobId));
  const missing = [...items.values()].filter(({ status, jobId }) => status === 'DEAD' && !deadLettered.has(jobId));
  return [...wrong, ...missing.map(({ jobId }) => `${jobId} is DEAD and in no dead-letter queue`)];
}

/** Names the faults that were never injected: a storm without them proves nothing. */
export function harmless(injected: Readonly<Record<string, number>>): string[] {
  return Object.entries(injected).flatMap(([what, count]) => (count > 0 ? [] : [`nothing was done: ${what} is 0`]));
}
