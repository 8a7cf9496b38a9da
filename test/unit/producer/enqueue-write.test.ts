import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createProducer,
  type EnqueueOptions,
  type EnqueueWrite,
  InvalidMessageError,
  InvalidPayloadError,
  MessageTooLargeError,
  ProducerConfigurationError,
  type ProducerDynamoDb,
  RetiredTypeError,
  transactionOf,
} from '../../../lib/producer/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { defineProbe } from '../../support/probe.ts';
import { makeWorld, STAGE, type World } from '../../support/world.ts';

afterEach(() => void vi.useRealTimers());

const COMPLETE = { do: 'complete', result: 'done' } as const;

/** A deployed type, and a service that enqueues its jobs in transactions of its own; both on one clock. */
function makeShop(definition = defineProbe()) {
  const world = makeWorld({ definition });
  const setClock = () => vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() });
  setClock();
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const dynamoDb: ProducerDynamoDb = {
    getItem: (input) => client.send(new GetItemCommand(input)),
    updateItem: (input) => client.send(new UpdateItemCommand(input)),
  };
  const producer = createProducer({ stage: STAGE, client: world.sqs.client, dynamoDb });
  const order = (id: string) => ({ Put: { TableName: 'side', Item: { id } } });
  const commit = (id: string, ...jobs: readonly EnqueueWrite[]) =>
    world.dynamoDb.documents.send(new TransactWriteCommand(transactionOf([order(id)], jobs)) as never);
  return { world, setClock, producer, commit, hasOrder: (id: string) => world.dynamoDb.item('side', id) !== undefined };
}

const writeOf = (shop: ReturnType<typeof makeShop>, options: EnqueueOptions = { key: 'ord-1' }) =>
  shop.producer.enqueueWrite(shop.world.definition, COMPLETE, options);

const sent = ({ queue }: World) => queue.messages().map(({ attributes }) => attributes.jobId?.StringValue);

describe('enqueueWrite', () => {
  it('enqueues a job with what else the transaction writes, and the dispatcher sends it', async () => {
    const shop = makeShop();
    const job = await writeOf(shop, { key: 'ord-1', id: 'j1', tenant: 'shop-7', maxAttempts: 3 });
    expect(job).toMatchObject({ type: 'probe', jobId: 'j1', key: 'ord-1', dueAt: shop.world.clock.now() });
    expect(shop.world.job('ord-1')).toBeUndefined();
    await shop.commit('ord-1', job);
    expect(shop.hasOrder('ord-1')).toBe(true);
    expect(shop.world.job('ord-1')).toMatchObject({ status: 'SCHEDULED', jobId: 'j1', attempts: 0, maxAttempts: 3 });
    expect(await shop.world.tick()).toMatchObject({ released: 1 });
    await shop.world.drain();
    expect(shop.world.job('ord-1')).toMatchObject({ status: 'COMPLETED', attempts: 1, result: 'done' });
    expect(shop.world.starts).toEqual(['j1/1']);
  });

  it('enqueues nothing if the transaction is refused, and refuses it if a job has the key', async () => {
    const shop = makeShop();
    await shop.commit('ord-1', await writeOf(shop));
    const other = await writeOf(shop, { key: 'ord-1', id: 'j2' });
    const refused = await shop.commit('ord-2', other).then(String, (error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
    expect(shop.hasOrder('ord-2')).toBe(false);
    expect(shop.world.job('ord-1')?.jobId).not.toBe('j2');
  });

  it.each([
    ['COMPLETED', {}, true],
    ['DEAD', {}, true],
    ['CANCELLED', {}, true],
    ['DEAD', { undelivered: true }, false],
    ['COMPLETED', { owed: true }, false],
    ['RETRYING', {}, false],
    ['INPROGRESS', {}, false],
    ['COMPLETED', { schema: 99 }, false],
  ] as const)('over a job that is past its retention and %s %j: %s', async (status, beside, isTaken) => {
    const shop = makeShop();
    await shop.commit('ord-1', await writeOf(shop, { key: 'ord-1', id: 'old' }));
    const expiration = Math.floor(shop.world.clock.now() / 1000);
    shop.world.alter('ord-1', { status, expiration, ...beside });
    const now = await writeOf(shop, { key: 'ord-1', id: 'new' });
    const taken = await shop.commit('ord-1', now).then(
      () => true,
      () => false,
    );
    expect([taken, shop.world.job('ord-1')?.jobId]).toEqual([isTaken, isTaken ? 'new' : 'old']);
  });

  it('is a job as any other: sent again by a queue, it is a duplicate', async () => {
    const shop = makeShop();
    await shop.commit('ord-1', await writeOf(shop, { key: 'ord-1', id: 'j1' }));
    shop.world.send({ id: 'j1', key: 'ord-1', payload: COMPLETE });
    await shop.world.drain();
    expect(shop.world.starts).toEqual([]);
    await shop.world.tick();
    await shop.world.drain();
    expect(shop.world.starts).toEqual(['j1/1']);
  });

  it('waits for its runAt', async () => {
    const shop = makeShop();
    const inTenMinutes = shop.world.clock.now() + 600_000;
    const job = await writeOf(shop, { key: 'ord-1', delaySeconds: 600 });
    expect(job.dueAt).toBe(inTenMinutes);
    await shop.commit('ord-1', job);
    expect(await shop.world.tick()).toMatchObject({ released: 0 });
    await shop.world.clock.advance(540_000);
    expect(await shop.world.tick()).toMatchObject({ released: 1 });
  });

  it('refuses what enqueue refuses, and what an item cannot hold, before anything is written', async () => {
    const { producer } = makeShop();
    const definition = defineProbe();
    const filler = 'x'.repeat(330_000);
    await expect(producer.enqueueWrite(definition, { do: 'dance' } as never)).rejects.toThrow(InvalidPayloadError);
    await expect(producer.enqueueWrite(definition, COMPLETE, { key: 'no spaces' })).rejects.toThrow(
      InvalidMessageError,
    );
    await expect(producer.enqueueWrite(defineProbe({ retired: true }), COMPLETE)).rejects.toThrow(RetiredTypeError);
    const large = producer.enqueueWrite(definition, { ...COMPLETE, filler });
    await expect(large).rejects.toThrow(MessageTooLargeError);
    await expect(large).rejects.toThrow('327,680 bytes fit; put what is large into S3');
  });
});

describe('transactionOf', () => {
  it('refuses what DynamoDB would: more than 100 writes, or a job twice', async () => {
    const job = await writeOf(makeShop());
    const own = Array.from({ length: 100 }, (_, i) => ({ Delete: { TableName: 't', Key: { id: String(i) } } }));
    expect(() => transactionOf(own, [job])).toThrow(
      'a transaction holds 100 writes (DynamoDB quota), got 100 and 1 jobs',
    );
    expect(() => transactionOf([], [job, job])).toThrow('job probe ord-1 is in the transaction twice');
    expect(transactionOf(own.slice(1), [job]).TransactItems).toHaveLength(100);
  });
});

describe('wake', () => {
  it('sends the job at once, and the dispatcher sends it no second time', async () => {
    const shop = makeShop();
    const job = await writeOf(shop, { key: 'ord-1', id: 'j1', tenant: 'shop-7' });
    await shop.commit('ord-1', job);
    expect(await shop.producer.wake(job)).toBe(true);
    expect(shop.world.queue.messages()).toMatchObject([{ group: 'shop-7' }]);
    expect(await shop.world.tick()).toMatchObject({ released: 0 });
    await shop.world.drain();
    expect(shop.world.starts).toEqual(['j1/1']);
    expect(shop.world.job('ord-1')).toMatchObject({ status: 'COMPLETED' });
  });

  it('sends nothing before its transaction, nor once the job has begun, nor what is due much later', async () => {
    const shop = makeShop();
    const job = await writeOf(shop, { key: 'ord-1', id: 'j1' });
    expect(await shop.producer.wake(job)).toBe(false);
    await shop.commit('ord-1', job);
    await shop.producer.wake(job);
    await shop.world.drain();
    expect(await shop.producer.wake(job)).toBe(false);
    const later = await writeOf(shop, { key: 'ord-2', delaySeconds: 3600 });
    await shop.commit('ord-2', later);
    expect(await shop.producer.wake(later)).toBe(false);
    expect(sent(shop.world)).toEqual([]);
  });

  it('leaves the job to the dispatcher if a call fails, and a copy that both sent runs once', async () => {
    const shop = makeShop();
    const job = await writeOf(shop, { key: 'ord-1', id: 'j1' });
    await shop.commit('ord-1', job);
    shop.world.dynamoDb.faults.plan('GetItem', { kind: 'fails', error: awsError('AccessDeniedException', 'no') });
    expect(await shop.producer.wake(job)).toBe(false);
    expect(await shop.world.tick()).toMatchObject({ released: 1 });
    expect(await shop.producer.wake(job)).toBe(true);
    await shop.world.drain();
    expect(shop.world.starts).toEqual(['j1/1']);
  });

  it('needs a client that reads and writes the table, and says so', async () => {
    const shop = makeShop();
    const job = await writeOf(shop);
    const without = createProducer({ stage: STAGE, client: shop.world.sqs.client });
    await expect(without.wake(job)).rejects.toThrow(ProducerConfigurationError);
    await expect(without.wake(job)).rejects.toThrow('createProducer({ dynamoDb: new DynamoDB() })');
  });
});
