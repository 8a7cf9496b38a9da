/** The files of a new job type, by path. They hold a small job that works, to be changed into the wanted one. */
export function jobTypeFiles(type: string, name: string): Record<string, string> {
  return {
    [`functions/${type}/definition.ts`]: `import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const ${name} = defineJob({
  type: '${type}',
  payload: z.strictObject({ name: z.string().min(1) }),
});
`,
    [`functions/${type}/handler.ts`]: `import { consumer } from '#sluice/engine';
import { ${name} } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(${name}, perform);
`,
    [`functions/${type}/perform.ts`]: `import type { Payload } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { ${name} } from './definition.ts';

type Input = Payload<typeof ${name}>;

/** The job's work. The returned value is the job's result. A thrown error decides how the job goes on. */
export async function perform({ name }: Input, { signal }: JobContext) {
  signal.throwIfAborted();
  return { greeting: \`Hello, \${name}.\` };
}
`,
    [`test/unit/functions/${type}.test.ts`]: `import { expect, it } from 'vitest';
import { testJob, throws } from '#sluice/testing';
import { ${name} } from '../../../functions/${type}/definition.ts';
import { perform } from '../../../functions/${type}/perform.ts';

const payload = { name: 'Ada' };

it('the job greets by name', async () => {
  const run = await testJob(${name}, perform, { payload });
  expect(run).toMatchObject({ status: 'COMPLETED', result: { greeting: 'Hello, Ada.' } });
});

it('a failed attempt is retried', async () => {
  const faults = [throws(new Error('busy'), 2)];
  const run = await testJob(${name}, perform, { payload, faults });
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 3, delaysMs: [1000, 5000] });
});

it.each([{}, { name: '' }, { name: 1 }, { name: 'Ada', more: true }])('the schema refuses %j', (refused) => {
  expect(${name}.payload.safeParse(refused).success).toBe(false);
});
`,
  };
}
