import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import {
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeProcess,
  makeVirtualClock,
} from '../../../../../lib/testing/index.ts';

function makeAll() {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  sqs.createQueue('queue', { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
  const { client, documents } = makeMemoryDynamoDb({ clock, tables: {} });
  const process = makeProcess({
    dynamoDb: client,
    documents,
    sqs: sqs.client,
    events: makeMemoryEvents().client,
    clock,
  });
  const ask = () => process.sqs.send(new GetQueueUrlCommand({ QueueName: 'queue' }));
  return { clock, sqs, process, ask };
}

describe('a frozen process', () => {
  it('goes on with its timers when it is thawed, in their order', async () => {
    const { clock, process } = makeAll();
    const fired: string[] = [];
    process.clock.after(2000, () => fired.push('second'));
    process.clock.after(1000, () => fired.push('first'));
    const cancel = process.clock.after(1500, () => fired.push('cancelled'));
    process.freeze();
    await clock.advance(60_000);
    expect(fired).toEqual([]);
    cancel();
    process.thaw();
    expect(fired).toEqual(['first', 'second']);
  });

  it('makes its next call when it is thawed', async () => {
    const { clock, sqs, process, ask } = makeAll();
    process.freeze();
    const asked = ask();
    await clock.advance(1000);
    expect(sqs.calls).toHaveLength(0);
    process.thaw();
    await clock.run(asked);
    expect(sqs.calls).toHaveLength(1);
  });

  it.each([
    [5, 'gets the reply'],
    [60, 'has lost the reply'],
  ])('%d seconds long %s of the call that was under way', async (seconds) => {
    const { clock, sqs, process, ask } = makeAll();
    const asked = ask();
    await Promise.resolve();
    expect(sqs.calls).toHaveLength(1);
    process.freeze();
    await clock.advance(seconds * 1000);
    process.thaw();
    if (seconds < 10) await expect(asked).resolves.toMatchObject({ QueueUrl: expect.stringContaining('queue') });
    else await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('a process that dies at its n-th moment', () => {
  it.each([
    [1, 0, 'before its first call'],
    [2, 1, 'after it'],
    [3, 1, 'at the timer that follows'],
    [4, 1, 'before its second call'],
    [5, 2, 'after that'],
  ])('%d has made %d calls: %s', async (moment, calls) => {
    const { clock, sqs, process, ask } = makeAll();
    process.crashAtMoment(moment);
    let ended = false;
    const work = async () => {
      await ask();
      await new Promise<void>((resolve) => void process.clock.after(1000, resolve));
      await ask();
      ended = true;
    };
    void work();
    await clock.advance(5000);
    expect({ calls: sqs.calls.length, alive: process.alive, ended }).toEqual({ calls, alive: false, ended: false });
    expect(process.moments).toBe(moment);
  });

  it('lives on if it has fewer', async () => {
    const { clock, process, ask } = makeAll();
    process.crashAtMoment(3);
    await clock.run(ask());
    expect(process.alive).toBe(true);
  });
});
