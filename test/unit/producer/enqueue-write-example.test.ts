import { readFileSync } from 'node:fs';
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/index.ts';
import { createProducer, type Producer, type ProducerDynamoDb, transactionOf } from '../../../lib/producer/index.ts';
import { codeOf } from '../../support/page-code.ts';
import { SIDE_TABLE } from '../../support/probe.ts';
import { makeWorld, STAGE } from '../../support/world.ts';

interface Order {
  readonly id: string;
}

interface Deps {
  readonly documents: { send(command: TransactWriteCommand): Promise<unknown> };
  readonly orders: string;
  readonly producer: Producer;
}

const sendReceipt = defineJob({ type: 'send-receipt', payload: z.strictObject({ orderId: z.string() }) });

async function placeOrder(order: Order, { documents, orders, producer }: Deps): Promise<void> {
  const receipt = await producer.enqueueWrite(sendReceipt, { orderId: order.id }, { key: order.id });
  const put = { Put: { TableName: orders, Item: order, ConditionExpression: 'attribute_not_exists(id)' } };
  await documents.send(new TransactWriteCommand(transactionOf([put], [receipt])));
  await producer.wake(receipt);
}

afterEach(() => void vi.useRealTimers());

it('the page about transactions shows what runs: order and receipt, both or neither', async () => {
  const seen: unknown[] = [];
  const world = makeWorld({ definition: sendReceipt, perform: (payload) => void seen.push(payload) });
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() });
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const dynamoDb: ProducerDynamoDb = {
    getItem: (input) => client.send(new GetItemCommand(input)),
    updateItem: (input) => client.send(new UpdateItemCommand(input)),
  };
  const producer = createProducer({ stage: STAGE, client: world.sqs.client, dynamoDb });
  const deps = { documents: world.dynamoDb.documents as Deps['documents'], orders: SIDE_TABLE, producer };
  await placeOrder({ id: 'ord-7' }, deps);
  await expect(placeOrder({ id: 'ord-7' }, deps)).rejects.toThrow('Transaction cancelled');
  await world.drain();
  expect(seen).toEqual([{ orderId: 'ord-7' }]);
});

it('is on the page as it stands here', () => {
  const here = readFileSync(new URL(import.meta.url), 'utf8');
  const [, ...shown] = codeOf({
    page: 'lib/producer/TRANSACTIONS.md',
    heading: 'Enqueue in a transaction',
    language: 'ts',
  }).split('\n\n');
  expect(here).toContain(shown.join('\n\n').replace('export ', '').trim());
});
