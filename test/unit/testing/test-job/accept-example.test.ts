import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, fromS3Notification } from '../../../../lib/contract/index.ts';
import { testAccept } from '../../../../lib/testing/index.ts';

const makeThumbnail = defineJob({
  type: 'make-thumbnail',
  payload: z.object({ bucket: z.string(), key: z.string() }),
  accept: fromS3Notification,
});

const record = (key: string) => ({
  ...{ eventName: 'ObjectCreated:Put', eventTime: '2026-01-01T00:00:00.000Z' },
  s3: { bucket: { name: 'photos' }, object: { key } },
});

it('a notification of S3 makes a job of each record', async () => {
  const { jobs } = await testAccept(makeThumbnail, { body: { Records: [record('a+b.jpg'), record('c.jpg')] } });
  expect(jobs.map(({ payload }) => payload)).toEqual([
    { bucket: 'photos', key: 'a b.jpg' },
    { bucket: 'photos', key: 'c.jpg' },
  ]);
});

it('what is no notification is dead-lettered', async () => {
  const { jobs, refusal } = await testAccept(makeThumbnail, { body: 'hello' });
  expect([jobs, refusal]).toEqual([[], 'accept threw TypeError: the body is no JSON object']);
});
