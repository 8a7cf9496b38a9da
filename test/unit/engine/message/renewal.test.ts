import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld } from '../../../support/world.ts';

const RETRY = { do: 'retryAfter', seconds: 40 };

describe('a message that cannot wait much longer', () => {
  test('is replaced by a copy if neither its body nor an attribute names its job', async () => {
    const world = makeWorld();
    const messageId = world.send({ payload: RETRY }, { group: 'g', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793' });
    const body = world.queue.messages()[0]?.body;
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    const dueAt = world.clock.now() + 40_000;
    const copy = { body, group: 'g', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793', visibleAtMs: dueAt };
    expect(world.queue.messages()).toMatchObject([{ ...copy, attributes: { jobId: { StringValue: messageId } } }]);
    expect(world.output.events()).toContain('job.renewed');
    await world.drain(40);
    expect(world.starts).toEqual([`${messageId}/1`, `${messageId}/2`]);
  });

  test('and whose body is refused under a name that another takes meanwhile dies under its first message id', async () => {
    const world = makeWorld({ coreNeeded: 2 });
    const messageId = world.send({ id: 'a', typo: 1 });
    for (let receives = 0; !world.output.events().includes('job.renewed') && receives < 100; receives++) {
      await world.deliver();
      await world.clock.advance(60_000);
    }
    world.dynamoDb.put(JOBS_TABLE, { id: '~schema', schema: 2 });
    const [renewed] = world.queue.messages();
    world.queue.purge();
    world.send({ id: 'a' });
    await world.drain();
    world.queue.add({ MessageBody: renewed?.body ?? '', MessageAttributes: renewed?.attributes ?? {} }, 'renewed');
    await world.drain();
    expect(world.starts).toEqual(['a/1']);
    expect(world.deadLetters.messages()[0]?.attributes.jobId?.StringValue).toBe(messageId);
  });

  test('is replaced by a copy if it has had more than half of its receives', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: RETRY });
    const half = Math.floor((world.queue.settings.redrive?.maxReceiveCount ?? 0) / 2);
    expect(half).toBeGreaterThan(10);
    await world.deliver();
    for (let receives = 1; receives < half; receives++) {
      await world.clock.advance(40_000);
      world.alter('a', { dueAt: world.clock.now() + 40_000 });
      const { kept } = await world.deliver();
      expect(kept).toHaveLength(1);
    }
    await world.clock.advance(40_000);
    world.alter('a', { dueAt: world.clock.now() + 40_000 });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.queue.messages()).toMatchObject([{ receiveCount: 0, attributes: { jobId: { StringValue: 'a' } } }]);
  });

  test('is replaced by a copy if it is older than half of its queue’s retention', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: RETRY });
    await world.clock.advance(3.5 * 24 * 3600_000);
    await world.deliver();
    expect(world.queue.messages()).toMatchObject([{ receiveCount: 1 }]);
    await world.clock.advance(40_000);
    await world.deliver();
    expect(world.queue.messages()).toMatchObject([{ receiveCount: 0, sentAtMs: world.clock.now() }]);
  });

  test('is replaced by a copy with the attributes of a redrive and of a release', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    await world.clock.advance(1000);
    world.send({ id: 'a', payload: RETRY }, { attributes: { jobId: 'a', run: '1', due: '123' } });
    await world.clock.advance(4 * 24 * 3600_000);
    await world.deliver();
    const attributes = { jobId: { StringValue: 'a' }, run: { StringValue: '1' }, due: { StringValue: '123' } };
    expect(world.queue.messages()).toMatchObject([{ receiveCount: 0, attributes }]);
  });

  test('is replaced by a copy that is delayed by at most 900 s', async () => {
    const world = makeWorld();
    world.send({ payload: { do: 'retryAfter', seconds: 7200, filler: 'x'.repeat(330 * 1024) } });
    await world.deliver();
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 900_000);
  });

  test('is kept if SQS refuses the copy', async () => {
    const world = makeWorld();
    world.sqs.faults.plan('SendMessage', { kind: 'fails', error: awsError('InternalFailure', 'no', 500) }, 5);
    const messageId = world.send({ payload: RETRY });
    const { kept } = await world.deliver();
    expect(kept).toEqual([messageId]);
    expect(world.output.events()).toContain('message.renew-failed');
  });
});

describe('a wait', () => {
  test('is rounded up to the second', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 1.2 } });
    await world.deliver();
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 2000);
  });

  test('that SQS refuses keeps the message, which comes back by itself', async () => {
    const world = makeWorld();
    const error = awsError('InvalidParameterValue', 'gone');
    world.sqs.faults.plan('ChangeMessageVisibility', { kind: 'fails', error });
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.output.events()).toContain('message.wait-failed');
    await world.drain(world.queue.settings.visibilityTimeoutSeconds);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  });
});
