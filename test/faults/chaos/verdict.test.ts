import { describe, expect, it } from 'vitest';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { makeRandom } from '../../../lib/testing/simulation/random.ts';
import type { DeadLetter, Observed } from './far-side.ts';
import { type ChaosJob, DEMOS, drawJobs, LEDGER, SYNC } from './plan.ts';
import { harmless, violations } from './verdict.ts';

const jobs = drawJobs(400, makeRandom(7), {
  sourceUrl: (source) => `http://127.0.0.1/${source}`,
  types: DEMOS,
});
const one = (type: ChaosJob['type'], kind: ChaosJob['kind'] = 'smooth'): ChaosJob => {
  const found = jobs.find((job) => job.type === type && job.kind === kind);
  if (found === undefined) throw new TypeError(`no ${kind} ${type} was drawn`);
  return found;
};
const email = one('send-email');
const payment = one('process-payment');
const sync = one('sync-data');
const report = one('generate-report');
const doomed = one('send-email', 'doomed');

const itemOf = ({ id, type, deathReason }: ChaosJob, change: Partial<JobItem> = {}): JobItem => ({
  ...{ id: `${type}#${id}`, jobId: id, type, attempts: 1, maxAttempts: 12, runNo: 1, checkpointNo: 0 },
  ...{ status: deathReason === undefined ? 'COMPLETED' : 'DEAD', createdAt: '', bodyHash: '', expiration: 0 },
  ...{ snoozes: 0, snoozesInRow: 0, ...(deathReason !== undefined && { reason: deathReason, listKey: 'dead#1' }) },
  ...change,
});

const deadLetterOf = ({ id, deathReason, body }: ChaosJob): DeadLetter => ({ jobId: id, reason: deathReason, body });
const slices = (times = 1) => [1, 2, 3].map((page) => [`${sync.id}/${page}/0`, times] as const);

/** All five jobs ended as they should. */
const good: Observed = {
  items: new Map([email, payment, sync, report, doomed].map((job) => [job.id, itemOf(job)])),
  mails: new Map([[email.id, 1]]),
  payments: new Map([[payment.id, 1]]),
  slices: new Map(slices()),
  records: new Map([
    [sync.id, SYNC.records],
    [LEDGER.source, LEDGER.rows],
  ]),
  reports: new Map([[report.id, LEDGER.rows]]),
  deadLetters: [deadLetterOf(doomed)],
  messagesLeft: 0,
  ...{ lostAnswers: 1, refusals: 1, stalled: 1, duplicates: 1 },
};

const judged = (change: Partial<Observed> = {}) =>
  violations([email, payment, sync, report, doomed], { ...good, ...change });
const withItem = (job: ChaosJob, change: Partial<JobItem>) =>
  judged({ items: new Map([...good.items, [job.id, itemOf(job, change)]]) });

describe('the drawn jobs', () => {
  it('are the same for the same seed, and different for another', () => {
    const draw = (seed: number) => drawJobs(50, makeRandom(seed), { sourceUrl: () => '', types: DEMOS });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('have each type and kind in its share', () => {
    const all = drawJobs(2000, makeRandom(3), { sourceUrl: () => '', types: DEMOS });
    const share = (test: (job: ChaosJob) => boolean) => all.filter(test).length;
    for (const type of ['send-email', 'process-payment', 'sync-data', 'generate-report']) {
      expect(share((job) => job.type === type)).toBe(500);
    }
    expect(share(({ kind }) => kind === 'killer')).toBe(10);
    expect(share(({ kind }) => kind === 'flaky') / 2000).toBeCloseTo(0.2, 1);
    expect(share(({ kind }) => kind === 'doomed') / 2000).toBeCloseTo(0.05, 1);
    expect(share(({ againAfterMs }) => againAfterMs !== undefined) / 2000).toBeCloseTo(0.1, 1);
  });
});

describe('a run in which all went well', () => {
  it('has no violation', () => {
    expect(judged()).toEqual([]);
  });

  it('may have two copies of a dead letter, a mail for each attempt, and a death of a killed process', () => {
    expect(judged({ deadLetters: [deadLetterOf(doomed), deadLetterOf(doomed)] })).toEqual([]);
    const items = new Map([...good.items, [email.id, itemOf(email, { attempts: 2 })]]);
    expect(judged({ items, mails: new Map([[email.id, 2]]) })).toEqual([]);
    const crashed = itemOf(doomed, { reason: 'Crashed' });
    const deadLetters = [{ ...deadLetterOf(doomed), reason: 'Crashed' }];
    expect(judged({ items: new Map([...good.items, [doomed.id, crashed]]), deadLetters })).toEqual([]);
  });
});

describe('a violation is reported', () => {
  it.each<[string, () => string[], string]>([
    ['a job without an item', () => judged({ items: new Map() }), 'has no item: it was lost'],
    ['a job that waits', () => withItem(email, { status: 'RETRYING' }), 'is RETRYING, not COMPLETED'],
    [
      'a death without a cause',
      () => withItem(email, { status: 'DEAD', reason: 'Crashed' }),
      'is DEAD of Crashed, not COMP',
    ],
    ['another reason', () => withItem(doomed, { reason: 'InvalidPayload' }), 'died of InvalidPayload, not of'],
    ['a pending dead letter', () => withItem(doomed, { undelivered: true }), 'has a pending dead letter'],
    ['a list that keeps a job', () => withItem(email, { listKey: 'due#1' }), 'is still on due#1'],
    ['an attempt too many', () => withItem(email, { attempts: 13 }), 'took 13 attempts of 12'],
    ['a second run', () => withItem(email, { runNo: 2 }), 'is in run 2'],
    ['a mail that was not sent', () => judged({ mails: new Map() }), 'has 0 e-mails, not 1'],
    ['a mail without an attempt', () => judged({ mails: new Map([[email.id, 2]]) }), 'has 2 e-mails, not 1'],
    ['a payment twice', () => judged({ payments: new Map([[payment.id, 2]]) }), 'has 2 payments taken, not 1'],
    ['no payment', () => judged({ payments: new Map() }), 'has 0 payments taken, not 1'],
    ['a page twice', () => judged({ slices: new Map(slices(2)) }), '/1/0 2 times'],
    ['a page too few', () => judged({ slices: new Map(slices().slice(1)) }), 'has 2 pages written, not 3'],
    ['a record too few', () => judged({ records: new Map([[sync.id, 4]]) }), 'has 4 records, not 5'],
    ['no report', () => judged({ reports: new Map() }), 'has no report'],
    ['a row too few', () => judged({ reports: new Map([[report.id, 29]]) }), 'has 29 rows in its report, not 30'],
    ['a death without a dead letter', () => judged({ deadLetters: [] }), 'is DEAD and in no dead-letter queue'],
    [
      'a dead letter of a completed job',
      () => judged({ deadLetters: [...good.deadLetters, deadLetterOf(email)] }),
      'which is COMPLETED',
    ],
    [
      'a dead letter of no job',
      () => judged({ deadLetters: [{ ...deadLetterOf(doomed), jobId: undefined }] }),
      'no job, which is',
    ],
    [
      'a dead letter with another body',
      () => judged({ deadLetters: [{ ...deadLetterOf(doomed), body: '{}' }] }),
      'has another body',
    ],
    [
      'a dead letter with another reason',
      () => judged({ deadLetters: [{ ...deadLetterOf(doomed), reason: 'Crashed' }] }),
      'says Crashed',
    ],
    ['a message that is left', () => judged({ messagesLeft: 1 }), '1 messages are left'],
    ['a payment of no job', () => judged({ payments: new Map([...good.payments, ['x', 1]]) }), 'x belongs to no job'],
  ])('for %s', (_, judge, message) => {
    expect(judge().join('\n')).toContain(message);
  });

  it('for a storm that injected nothing', () => {
    expect(harmless({ workersKilled: 3, outages: 0 })).toEqual(['nothing was done: outages is 0']);
  });
});
