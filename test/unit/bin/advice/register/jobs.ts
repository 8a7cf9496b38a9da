import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import type { Followed, Place } from '../follow.ts';
import { among, isDone, MAIL, prints } from './situations.ts';

const FAILING = MAIL.replace('fine', 'fail');

/** Jobs that wait for their retry, and whose messages somebody purged. */
async function purged({ mail, world }: Place) {
  for (const id of ['a', 'b']) mail(id, 'fail');
  await world.deliver();
  await world.sqs.client.send(new PurgeQueueCommand({ QueueUrl: world.queue.url }));
  await world.clock.advance(3 * 3600_000);
}

export const JOBS: readonly Followed[] = [
  {
    says: 'then send each again with the same id and payload (to end one, cancel it before)',
    async when(there) {
      await purged(there);
      return there.first('doctor --scan --yes');
    },
    type: () => [`send send-email '${FAILING}' --id a --stage test`, 'cancel send-email b --stage test'],
    async gives(_, { world }) {
      await world.deliver();
      expect([world.job('a')?.attempts, world.job('b')?.status]).toEqual([2, 'CANCELLED']);
    },
  },
  {
    says: '<…> <…> changed <…> times meanwhile; try again',
    async when({ world, mail, first }) {
      mail('a', 'fail');
      await world.deliver();
      const error = new ConditionalCheckFailedException({ message: 'changed', $metadata: {} });
      for (const call of ['UpdateItem', 'PutItem']) world.dynamoDb.faults.plan(call, { kind: 'fails', error }, 5);
      const ran = await first('cancel send-email a');
      for (const call of ['UpdateItem', 'PutItem']) while (world.dynamoDb.faults.take({ name: call, input: {} }));
      return ran;
    },
    type: () => 'cancel send-email a --stage test',
    gives: prints('cancelled'),
  },
  {
    says: 'DynamoDB did not answer for all items: try again in a minute',
    async when(there) {
      there.world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0], code: 'x' }, 8);
      return among(1, 'dead --jobs')(there);
    },
    type: () => 'dead --jobs --stage test',
    gives: prints('no such mailbox'),
  },
  {
    says: 'the number <…> has more digits than JavaScript holds, handlers would read another one: send it as text',
    when: ({ first }) => first(`send send-email '${MAIL.replace('"Hello."', '12345678901234567890')}'`),
    type: () => `send send-email '${MAIL.replace('Hello.', '12345678901234567890')}' --stage test`,
    gives: isDone,
  },
  {
    says: 'run doctor in a checkout whose catalogue has it',
    when: ({ first }) => first('doctor --job', { definitions: [] }),
    type: () => 'doctor --job --stage test',
    gives: prints('send-email did not answer within 60 s'),
  },
];
