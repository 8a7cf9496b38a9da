import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, inject, it } from 'vitest';
import { type CompletedJob, createClient } from '#sluice/client';
import { createProducer } from '#sluice/producer';
import { probe, type Step } from './app/probe/definition.ts';
import { type FlowWork, probeFlow } from './app/probe-flow/definition.ts';
import { STAGE } from './global-setup.ts';
import { newId, reaches, sqs } from './support/world.ts';

const client = new DynamoDBClient(inject('clientConfig'));
const { status, waitFor, progress, cancel } = createClient({ stage: STAGE, client });
const { enqueue } = createProducer({ stage: STAGE, client: sqs });

const send = async (...steps: [Step, ...Step[]]): Promise<string> =>
  (await enqueue(probe, { steps }, { id: newId('awaited') })).jobId;
const sendFlow = async (work: FlowWork): Promise<string> =>
  (await enqueue(probeFlow, work, { id: newId('awaited') })).jobId;

describe.concurrent('a job of a deployed stage', () => {
  it('is waited for from before it begins, through a retry, to what it returned', async () => {
    const key = newId('awaited');
    const waiting = waitFor(probe, key);
    expect(await status(probe, key)).toEqual({ status: 'unknown' });
    await enqueue(probe, { steps: [{ do: 'fail' }, { do: 'complete', result: { sent: 3 } }] }, { key });
    expect(await waiting).toEqual({ sent: 3 });
    expect(await status('probe', key)).toMatchObject({ status: 'COMPLETED', attempts: 2, run: 1, result: { sent: 3 } });
  });

  it('rejects with its reason when it dies', async () => {
    const key = await send({ do: 'permanent', message: 'no such account' });
    await expect(waitFor(probe, key)).rejects.toMatchObject({
      ...{ name: 'DeadJobError', reason: 'PermanentError' },
      error: { name: 'PermanentError', message: 'no such account' },
    });
  });

  it('yields its progress in order, up to its end', async () => {
    const key = await send({ do: 'progress', values: [10, 20], everyMs: 600 });
    const seen: unknown[] = [];
    for await (const value of progress(probe, key)) seen.push(value);
    // A machine that is slow makes a second attempt, which reports the same.
    expect(seen.at(-1)).toBe(20);
    expect(seen.filter((value, i) => ![10, 20].includes(value as number) || value === seen[i - 1])).toEqual([]);
    expect(await waitFor(probe, key)).toBe('reported');
  });

  it('is cancelled while it waits, which a wait hears', async () => {
    const key = await send({ do: 'retryAfter', seconds: 3600 }, { do: 'complete' });
    await reaches(key, ['RETRYING']);
    const waiting = waitFor(probe, key).catch((error: unknown) => error);
    expect(await cancel(probe, key)).toMatchObject({ row: 'cancelledWaiting', state: { status: 'CANCELLED' } });
    expect(await waiting).toMatchObject({ name: 'CancelledJobError', key });
  });

  it('of a type or a stage that is not deployed is told by its error', async () => {
    await expect(waitFor('nowhere', newId(), { timeoutMs: 500 })).rejects.toThrow(
      `or the stage has no job type "nowhere": npx sluice queues nowhere --stage ${STAGE} tells`,
    );
    await expect(createClient({ stage: 'nowhere', client }).status(probe, 'a')).rejects.toThrow(
      'table sluice-nowhere-jobs does not exist in this account and region',
    );
  });
});

describe.concurrent('a flow of a deployed stage', () => {
  it('of a batch ends with its callback, which the parent’s state names', async () => {
    const parent = await sendFlow({ batch: { children: [{}, {}], callback: { result: 'all' } } });
    await waitFor(probeFlow, parent);
    const { callback } = (await status(probeFlow, parent)) as CompletedJob;
    expect(callback?.type).toBe('probe-flow');
    expect(await waitFor('probe-flow', callback?.key ?? '')).toMatchObject({ result: 'all', flow: { completed: 2 } });
  });
});
