import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { consumer } from '../../../../lib/engine/consumer.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { hangs, type TestJobOptions, testJob, throws } from '../../../../lib/testing/index.ts';

const job = defineJob({ type: 'probe', payload: z.object({ x: z.int() }) });
const payload = { x: 1 };
const perform = () => 'done';
type Perform = Parameters<typeof testJob<typeof job>>[1];

/** What `testJob` says is wrong. */
async function said(wrong: Perform, options: Partial<TestJobOptions<typeof job>> = {}): Promise<string> {
  const error: unknown = await testJob(job, wrong, { payload, ...options }).catch((thrown: unknown) => thrown);
  return (error as Error).message;
}

afterEach(() => {
  vi.useRealTimers();
});

it('handed over as it is told, the work runs in the place of the Lambda entry point', async () => {
  const entry = consumer(job, perform) as unknown as Perform;
  expect(await said(entry)).toContain('hand over the work (perform), not the Lambda entry point');
  expect(await testJob(job, perform, { payload })).toMatchObject({ status: 'COMPLETED' });
});

it('with only the date faked, as it is told, the job runs', async () => {
  vi.useFakeTimers({ toFake: ['setImmediate'] });
  const [, told = ''] =
    /fake the date only, vi\.useFakeTimers\(\{ toFake: \['(\w+)'\] \}\)/.exec(await said(perform)) ?? [];
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: [told as 'Date'] });
  expect(await testJob(job, perform, { payload })).toMatchObject({ status: 'COMPLETED' });
});

it('with Infinity given, as it is told, a fault may come fewer times than a job lives', async () => {
  const faults = (times: number) => [throws(new Error('busy'), times)];
  const told = await said(perform, { faults: faults(3), maxAttempts: 2 });
  expect(told).toContain('Plan only what the job lives to meet, or give Infinity.');
  const infinite = { payload, maxAttempts: 2, faults: faults(Number(/give (\w+)/.exec(told)?.[1])) };
  expect(await testJob(job, perform, infinite)).toMatchObject({ status: 'DEAD', attempts: 2 });
  const met = { payload, maxAttempts: 2, faults: faults(2) };
  expect(await testJob(job, perform, met)).toMatchObject({ status: 'DEAD', attempts: 2 });
});

it('with the patience that is told, a slow handler ends; with hangs() it runs into its timeout', async () => {
  const slow = () => new Promise((resolve) => void setTimeout(resolve, 150, 'slow'));
  const told = await said(slow, { patienceMs: 20 });
  const [, option = '', fault = ''] = /give (\w+); to see it run into its timeout, use (\w+)\(\)/.exec(told) ?? [];
  expect(await testJob(job, slow, { payload, [option]: 5000 })).toMatchObject({ result: 'slow' });
  const faults = [{ hangs }[fault as 'hangs']()];
  expect(await testJob(job, perform, { payload, faults })).toMatchObject({ status: 'COMPLETED', attempts: 2 });
});

it('with the table named as it is told, the write is kept', async () => {
  const write = (_: unknown, { commit }: JobContext) => commit([{ Put: { TableName: 'a', Item: { id: '1' } } }]);
  const told = /name it to testJob as tables: (\{.*\})/.exec(await said(write))?.[1] ?? '';
  const tables = JSON.parse(
    told
      .replaceAll("'", '"')
      .replace(/(\w+|"\w+"): \[/, '$1: [')
      .replace('<partition key>', 'id'),
  );
  expect(await testJob(job, write, { payload, tables })).toMatchObject({ status: 'COMPLETED' });
});

it('what the schema made anew each time is made in the producer, as it is told, and sent', async () => {
  const at = z.object({ id: z.string().default(() => `${Math.random()}`) });
  const made = { ...job, payload: at } as unknown as typeof job;
  const error: unknown = await testJob(made, perform, { payload: {} as typeof payload }).catch(
    (thrown: unknown) => thrown,
  );
  expect((error as Error).message).toContain('make in the producer what it makes, and send it');
  const sent = { id: 'made' } as unknown as typeof payload;
  expect(await testJob(made, perform, { payload: sent })).toMatchObject({ status: 'COMPLETED' });
});
