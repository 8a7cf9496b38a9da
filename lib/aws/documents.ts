import { type DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { MARSHALL } from './marshal.ts';
import type { DynamoDbDocuments } from './ports.ts';

/** A transaction in plain values, as the document client's command of this name. */
export class TransactWriteCommand {
  readonly input: TransactWriteCommandInput;
  constructor(input: TransactWriteCommandInput) {
    this.input = input;
  }
}

/**
 * Sends transactions of plain values by the one client of the table: the SDK's document client would be 5 KB of a bundle, and a
 * second client. What cannot be marshalled is refused before it is sent.
 */
export const makeDocuments = (client: Pick<DynamoDBClient, 'send'>): DynamoDbDocuments => ({
  async send({ input: { TransactItems = [], ...rest } }) {
    return client.send(new TransactWriteItemsCommand({ ...rest, TransactItems: TransactItems.map(toItems) }));
  },
});

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Marshalled = NonNullable<TransactWriteItemsCommand['input']['TransactItems']>[number];

/** Parts of a write that hold values. */
const VALUES = ['Item', 'Key', 'ExpressionAttributeValues'];

function toItems(write: Write): Marshalled {
  const entries = Object.entries(write).map(([kind, parts]) => [kind, marshalled(parts)]);
  return Object.fromEntries(entries) as Marshalled;
}

const marshalled = (parts: object | undefined): object =>
  Object.fromEntries(
    Object.entries(parts ?? {}).map(([name, value]) => [
      name,
      VALUES.includes(name) && value !== undefined ? marshall(value, MARSHALL) : value,
    ]),
  );
