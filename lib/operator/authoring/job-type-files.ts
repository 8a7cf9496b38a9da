import { posix } from 'node:path';
import { CHECKOUT, type Layout } from './layouts.ts';

/** The files of a new job type, by path. They hold a small job that works, to be changed into the wanted one. */
export function jobTypeFiles(type: string, name: string, layout: Layout = CHECKOUT): Record<string, string> {
  const folder = `${layout.folder}/${type}`;
  const test = layout.testOf(type);
  const up = posix.relative(posix.dirname(test), folder);
  const here = up === '' ? '.' : up;
  return {
    [`${folder}/definition.ts`]: `import * as z from 'zod';
import { defineJob } from '${layout.package}/contract';

export const ${name} = defineJob({
  type: '${type}',
  payload: z.strictObject({ name: z.string().min(1) }),
});
`,
    [`${folder}/handler.ts`]: `import { consumer } from '${layout.package}/engine';
import { ${name} } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(${name}, perform);
`,
    [`${folder}/perform.ts`]: `import type { Payload } from '${layout.package}/contract';
import type { JobContext } from '${layout.package}/engine';
import type { ${name} } from './definition.ts';

type Input = Payload<typeof ${name}>;

/** The job's work. The returned value is the job's result. A thrown error decides how the job goes on. */
export async function perform({ name }: Input, { signal }: JobContext) {
  signal.throwIfAborted();
  return { greeting: \`Hello, \${name}.\` };
}
`,
    [test]: `import { expect, it } from 'vitest';
import { testJob, throws } from '${layout.package}/testing';
import { ${name} } from '${here}/definition.ts';
import { perform } from '${here}/perform.ts';

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
