import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import type { Subject } from '../../../../lib/testing/simulation/model.ts';
import { runSchedule } from '../../../../lib/testing/simulation/schedule.ts';

const payload = z.object({ n: z.number() });
const [first, second] = ['first', 'second'].map((type) => defineJob({ type, payload })) as [never, never];

/** Two types in one stage, with jobs under the same ids. */
function makeSubject(begun: string[]): () => Subject {
  const noting = (definition: typeof first) => ({
    definition,
    perform: (_: unknown, { job }: { job: { type: string; id: string } }) => void begun.push(`${job.type}/${job.id}`),
  });
  return () => ({
    ...noting(first),
    others: [noting(second)],
    tables: {},
    messages: ['first', 'second'].flatMap((type) => [1, 2].map((n) => ({ type, id: `job-${n}`, payload: { n } }))),
    events: [],
    crashes: 1,
    check: () => undefined,
  });
}

it('several job types live in one table, each with a queue and consumers of its own', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const begun: string[] = [];
    const { world, violations } = await runSchedule(makeSubject(begun), seed);
    expect(violations).toEqual([]);
    const unseen = world.types.flatMap(({ observer }) => [...observer.jobs.values()].filter(({ item }) => !item));
    expect(unseen.every(({ stranded }) => stranded)).toBe(true);
    expect(new Set(begun).size).toBe(4 - unseen.length);
    const ids = world.dynamoDb
      .table(world.jobsTable)
      .items()
      .map(({ id }) => id?.S);
    expect(ids.filter((id) => /^(first|second)#job-[12]$/.test(id ?? ''))).toHaveLength(4 - unseen.length);
  }
});
