// The example of lib/testing/README.md, as a user would write it; test/unit/structure/samples.test.ts compares the two.
import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, type Payload } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { crashes, testJob, throws } from '#sluice/testing';

const resizeImage = defineJob({
  type: 'resize-image',
  payload: z.object({ key: z.string(), width: z.int().min(16).max(4096) }),
  timeoutSeconds: 60,
  retry: { maxAttempts: 8, backoff: { kind: 'exponential', firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800 } },
});

async function perform({ key, width }: Payload<typeof resizeImage>, { commit }: JobContext) {
  const resizedKey = `${width}/${key}`;
  commit([{ Put: { TableName: 'images', Item: { key: resizedKey, width } } }]);
  return { key: resizedKey };
}

const payload = { key: 'cat.png', width: 320 };
const tables = { images: ['key'] };

it('a job that fails twice is retried after 2 and 6 seconds', async () => {
  const run = await testJob(resizeImage, perform, { payload, tables, faults: [throws(new Error('S3 is busy'), 2)] });
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 3, delaysMs: [2_000, 6_000] });
  expect(run.tables.images).toEqual([{ key: '320/cat.png', width: 320 }]);
});

it('a job whose process dies at the end of the work writes its image once', async () => {
  const run = await testJob(resizeImage, perform, { payload, tables, faults: [crashes('end')] });
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  expect(run.writes).toHaveLength(1);
});
