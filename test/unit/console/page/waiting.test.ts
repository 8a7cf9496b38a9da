import { describe, expect, test } from 'vitest';
import type { WaitingJob } from '../../../../lib/console/api.ts';
import { columnsOf, jobOf } from '../../../../lib/console/page/find/examples.ts';
import { withLater } from '../../../../lib/console/page/waiting/waiting-list.ts';

const job = (key: string, dueAt: number): WaitingJob => ({
  ...{ type: 'sync-data', key, run: 1, jobId: key, status: 'RETRYING', attempts: 1, maxAttempts: 5 },
  ...{ error: undefined, dueAt, waitsForChildren: false },
});

describe('the first page of waiting jobs, read again', () => {
  test('later pages stay behind it, and what both have stands once', () => {
    const jobs = withLater([job('a', 10), job('b', 20)], [job('b', 20), job('c', 30)]);
    expect(jobs.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  test('what was due before it has gone', () => {
    expect(withLater([job('d', 40)], [job('c', 30)]).map(({ key }) => key)).toEqual(['d']);
    expect(withLater([], [job('c', 30)])).toEqual([]);
  });
});

describe('the answer of a query over the logs', () => {
  test('its columns are every name that a row has, but those for machines', () => {
    expect(
      columnsOf([
        { '@ptr': 'x', a: '1' },
        { a: '2', b: '3' },
      ]),
    ).toEqual(['a', 'b']);
  });

  test('a row that names a job leads to it', () => {
    expect(jobOf({ jobType: 'sync-data', jobId: '7', key: 'crm' })).toEqual({ type: 'sync-data', key: 'crm' });
    expect(jobOf({ jobType: 'sync-data', jobId: '7' })).toEqual({ type: 'sync-data', key: '7' });
    expect(jobOf({ jobId: '7' })).toBeUndefined();
  });
});
