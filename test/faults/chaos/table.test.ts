import { expect, it } from 'vitest';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { makeRandom } from '../../../lib/testing/simulation/random.ts';
import type { Observed } from './far-side.ts';
import { DEMOS, drawJobs } from './plan.ts';
import { chaosTable } from './table.ts';

const jobs = drawJobs(8, makeRandom(1), { sourceUrl: () => '', types: DEMOS });
const statuses = ['COMPLETED', 'DEAD', 'COMPLETED', 'COMPLETED', 'RETRYING'];
const items = new Map(
  statuses.map((status, i) => [jobs[i]?.id ?? '', { status, attempts: i + 1, jobId: jobs[i]?.id } as JobItem]),
);
const observed: Observed = {
  items,
  mails: new Map([[jobs[0]?.id ?? '', 2]]),
  payments: new Map([[jobs[1]?.id ?? '', 1]]),
  ...{ slices: new Map([['a', 1]]), records: new Map(), reports: new Map([[jobs[3]?.id ?? '', 30]]) },
  ...{ deadLetters: [], messagesLeft: 3, lostAnswers: 4, refusals: 5, stalled: 6, duplicates: 7 },
};

it('the table shows how the jobs of each type ended, and what arrived', () => {
  const injected = { workersKilled: 8, outages: 2, outageMs: 20_400, ruleOffMs: 120_000 };
  const table = chaosTable({ seed: 9, jobs, messages: 9, injected, observed, tookMs: 61_000 });
  const rows = Object.fromEntries(table.split('\n').map((line) => line.trim().split(/ {2,}/)));
  expect(rows).toMatchObject({
    'seed 9': '61 s',
    'jobs, messages sent': '8, 9',
    'third parties down': '2 times, 20 s together',
    'send-email': '1 completed, 0 dead, 1 unfinished; 2 e-mails for 1 jobs',
    'process-payment': '0 completed, 1 dead, 1 unfinished; 1 payments of 1 jobs',
    'generate-report': '1 completed, 0 dead, 1 unfinished; 30 rows in 1 reports',
    'attempts, of jobs that took several': '15, 4',
    'dead jobs, dead letters': '1, 0',
    'messages left': '3',
  });
});
