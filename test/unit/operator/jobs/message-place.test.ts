import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { whereIs } from '../../../../lib/operator/jobs/job.ts';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 24 * 3600 * 1000;
const soon = NOW + 1000;
const died = (daysAgo: number, more = 0) => new Date(NOW - daysAgo * DAY + more).toISOString();

describe('where a job’s message is', () => {
  test.each<[string, Partial<JobItem>, string]>([
    ['completed', { status: 'COMPLETED' }, 'none: the job is over'],
    ['cancelled', { status: 'CANCELLED' }, 'none: the job is over'],
    [
      'running',
      { status: 'INPROGRESS', leaseUntil: NOW + 1 },
      'in flight, with the consumer that runs it until 2026-01-31T00:00:00.001Z at the latest',
    ],
    [
      'stalled',
      { status: 'INPROGRESS', leaseUntil: NOW },
      'in the queue, hidden: the process of its last attempt died; it starts again after the visibility timeout',
    ],
    ['waiting', { status: 'RETRYING', dueAt: soon }, 'in the queue, hidden until 2026-01-31T00:00:01.000Z'],
    [
      'parked',
      { status: 'SCHEDULED', listKey: 'due#0', listAt: soon, dueAt: soon },
      'in the jobs table until 2026-01-31T00:00:01.000Z; the dispatcher sends it then',
    ],
    [
      'released',
      { status: 'SCHEDULED', listKey: 'due#0', listAt: soon + 24 * 3600_000, dueAt: soon },
      'in the queue since the dispatcher sent it, delayed until 2026-01-31T00:00:01.000Z',
    ],
    [
      'put off, as its queue was gone',
      { status: 'SCHEDULED', listKey: 'due#0', listAt: soon + 24 * 3600_000 - 1, dueAt: soon },
      'in the jobs table: its queue was gone; the dispatcher looks for it again at 2026-02-01T00:00:00.999Z',
    ],
    [
      'dead',
      { status: 'DEAD', failedAt: died(14) },
      'in the dead-letter queue until 2026-01-31T00:00:00.000Z, unless it was purged',
    ],
    [
      'dead for longer than the queue keeps it',
      { status: 'DEAD', failedAt: died(14, -1) },
      'none: the dead-letter queue keeps messages for 14 days',
    ],
    [
      'dead and not delivered',
      { status: 'DEAD', failedAt: died(20), undelivered: true },
      'in the queue: it could not be sent to the dead-letter queue yet; that is tried again',
    ],
  ])('that is %s', (_, item, said) => {
    expect(whereIs(item as JobItem, NOW)).toBe(said);
  });
});
