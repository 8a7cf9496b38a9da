import * as commands from '@aws-sdk/client-dynamodb';
import { BatchExecuteStatementCommand, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/engine/clock.ts';
import { makeMemoryDynamoDb } from '../../../lib/testing/index.ts';
import { type RunningServer, readBody, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';
import { countBySdk, makeShortClient } from '../../support/dynamodb-clients.ts';
import { DYNAMODB_BEHAVIOURS } from '../aws-contract/behaviours/dynamodb.ts';
import { contract } from '../aws-contract/contract.ts';
import { inRealTime } from '../aws-contract/emulator.ts';
import { bytesIn, bytesOut } from '../runtime/loopback-aws.ts';

/** Targets of requests so far. */
const targets: string[] = [];
let server: RunningServer;
let client: DynamoDBClient;
let bySdk: () => number;

/** The in-memory DynamoDB behind the wire. */
beforeAll(async () => {
  const memory = makeMemoryDynamoDb({ clock: systemClock, tables: { shared: ['id'], own: ['id'] } });
  server = await startServer(async (request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    targets.push(operation);
    const Command = ({ ...commands } as Record<string, unknown>)[`${operation}Command`] as new (
      input: unknown,
    ) => never;
    const command = new Command(JSON.parse(await readBody(request), bytesIn));
    const { status, body } = await memory.client.send(command).then(
      (output: object) => ({ status: 200, body: output }),
      ({ name, message, ...more }: Error) => ({ status: 400, body: { __type: `aws#${name}`, message, ...more } }),
    );
    sendJson(response, { status, body: JSON.parse(JSON.stringify(body, bytesOut)) });
  });
  client = makeShortClient(server.url);
  bySdk = countBySdk(client);
});
afterAll(() => server.stop());

/** From then on, both go the short way. */
async function showBoth(): Promise<void> {
  const Parameters = [{ S: 'shown' }];
  const Statements = [{ Statement: `INSERT INTO "shared" VALUE {'id': ?}`, Parameters }];
  await client.send(new BatchExecuteStatementCommand({ Statements }));
  await client.send(new BatchGetItemCommand({ RequestItems: { shared: { Keys: [{ id: { S: 'shown' } }] } } }));
}

describe('by the short way,', () => {
  beforeAll(showBoth);
  let names = 0;
  const newName = (what: string) => `${what}-${++names}`;
  const times = { nowMs: systemClock.now, wait: async () => undefined };
  contract('memory', DYNAMODB_BEHAVIOURS, () =>
    inRealTime({ name: 'memory', dynamoDb: client, table: 'shared', ownTable: 'own', newName, ...times }),
  );

  it('most of the batches went it', () => {
    const short = targets.length - bySdk();
    expect(targets.filter((target) => target.startsWith('Batch')).length).toBeGreaterThan(10);
    expect(short).toBeGreaterThan(5);
  });
});
