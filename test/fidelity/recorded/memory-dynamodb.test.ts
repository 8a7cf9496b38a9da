import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { makeMemoryDynamoDb, makeVirtualClock } from '../../../lib/testing/index.ts';
import { makeStockClient } from '../../support/dynamodb-clients.ts';
import { errorOf, okOf, pair, sent } from './recordings.ts';
import { refusal, startWire } from './wire.ts';

const memory = () => makeMemoryDynamoDb({ clock: makeVirtualClock(), tables: { t: ['id'] } });

it('the in-memory DynamoDB answers the recorded statements as AWS did', async () => {
  const aws = memory();
  aws.put('t', { id: 'user02' });
  const { Statements } = sent(pair('ddb-batch-execute-statement'), '') as { Statements: { Statement: string }[] };
  // The engine quotes every name and gives every value as a parameter: that form is all that is read here.
  const [insert, update] = Statements.map(({ Statement }) => Statement);
  expect([insert, update]).toEqual([
    `INSERT INTO "t" VALUE {'id': 'user01'}`,
    `UPDATE "t" SET Age=20 WHERE id='user02'`,
  ]);
  const { Responses } = await aws.client.send(
    new dynamoDb.BatchExecuteStatementCommand({
      Statements: [
        { Statement: `INSERT INTO "t" VALUE {'id': ?}`, Parameters: [{ S: 'user01' }] },
        { Statement: `UPDATE "t" SET "Age" = ? WHERE "id" = ?`, Parameters: [{ N: '20' }, { S: 'user02' }] },
      ],
    }),
  );
  const recorded = okOf<{ Responses: { TableName: string }[] }>('ddb-batch-execute-statement').Responses;
  expect(Responses).toEqual(recorded.map(() => ({ TableName: 't' })));
  expect(aws.table('t').get({ id: { S: 'user02' } })).toMatchObject({ Age: { N: '20' } });
});

/** The recorded transaction, in the document client's form. */
const cancelled = () =>
  new TransactWriteCommand({
    TransactItems: [
      { ConditionCheck: { TableName: 't', ConditionExpression: 'attribute_not_exists(id)', Key: { id: 'Fred' } } },
      { Delete: { TableName: 't', Key: { id: 'Bert' } } },
    ],
  });

it('the in-memory DynamoDB cancels the recorded transaction in AWS’s words', async () => {
  const wire = await startWire();
  wire.answer(refusal('dynamodb', 'ddb-transaction-cancelled'));
  // The document client takes no client that keeps its middleware.
  const real = await DynamoDBDocumentClient.from(makeStockClient(new URL(wire.queueUrl).origin))
    .send(cancelled())
    .catch((error: Error) => error);
  expect(wire.requests[0]?.input).toMatchObject(sent(pair('ddb-transaction-cancelled'), '') as object);
  const aws = memory();
  aws.put('t', { id: 'Fred' });
  const made = await aws.documents.send(cancelled()).catch((error: Error) => error);
  const { name, message } = real as Error;
  expect(made).toMatchObject({ name, message });
  expect(message).toBe(errorOf('ddb-transaction-cancelled').message);
});

it('the in-memory DynamoDB takes the recorded repeat under one token', async () => {
  const aws = memory();
  const put = (Item: object) =>
    new TransactWriteCommand({
      ClientRequestToken: 'token',
      TransactItems: [{ Put: { TableName: 't', Item: { ...Item } } }],
    });
  await aws.documents.send(put({ id: 'id1', name: 'name1' }));
  await expect(aws.documents.send(put({ name: 'name1', id: 'id1' }))).resolves.toEqual(
    okOf('ddb-client-request-token'),
  );
});

it('the in-memory DynamoDB refuses a table that does not exist in AWS’s words', async () => {
  const { code, message } = errorOf('ddb-no-such-table');
  const write = new TransactWriteCommand({
    TransactItems: [{ Put: { TableName: 'never-created', Item: { id: 'a' } } }],
  });
  await expect(memory().documents.send(write)).rejects.toMatchObject({ name: code, message });
});
