#!/usr/bin/env bash
# Powertools idempotency: a function that returns a Date does its work, fails, and leaves its record INPROGRESS.
#
# One would guess: a result becomes JSON, as Lambda's answers do, and a Date becomes text. If it could not be kept, the
#                  record would be deleted or completed without it.
# What happens:    the result is marshalled for DynamoDB, which knows no Date. The work is done by then. The call throws
#                  IdempotencyPersistenceLayerError and the record stays INPROGRESS, so calls are refused until the
#                  time of the first call's invocation is over. Then the work runs again, and fails the same way.
# Seen with:       @aws-lambda-powertools/idempotency 2.35.0, @aws-sdk/client-dynamodb 3.1162.0, Node 20.20.2,
#                  2026-11-29. The output is `expected` below.
# What it means:   behind SQS this is a charge for each receive of the message, up to the dead-letter queue, by the very
#                  tool that was to prevent it. Return plain JSON values; pass a result through JSON before it is kept.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @aws-lambda-powertools/idempotency@2.35.0 \
  @aws-sdk/client-dynamodb@3.1162.0 @aws-sdk/lib-dynamodb@3.1162.0 > /dev/null

cat > program.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** As much of DynamoDB as the layer asks for: a put that is refused while another invocation has time left. */
let kept;
const operations = [];
const server = createServer(async (request, response) => {
  const operation = request.headers['x-amz-target'].split('.')[1];
  const { Item } = JSON.parse((await request.toArray()).join(''));
  operations.push(operation);
  const refused = operation === 'PutItem' && kept && Date.now() < Number(kept.in_progress_expiration.N);
  if (operation === 'PutItem' && !refused) kept = Item;
  response.statusCode = refused ? 400 : 200;
  response.end(JSON.stringify(refused ? { __type: 'ConditionalCheckFailedException', Item: kept } : {}));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const awsSdkV3Client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const config = new IdempotencyConfig({});
config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 });

let charges = 0;
const charge = makeIdempotent(
  async () => {
    charges += 1;
    return { amount: 1_200, chargedAt: new Date(0) };
  },
  { persistenceStore: new DynamoDBPersistenceLayer({ tableName: 'idempotency', awsSdkV3Client }), config },
);
const call = async (what) => {
  const outcome = await charge({ order: 17 }).then(
    () => 'succeeded',
    (error) => error.name,
  );
  console.log(`${what}: ${outcome}, ${charges} charged, record ${kept.status.S}`);
};

await call('first call');
await call('at once again');
// Instead of waiting: the first invocation's time is over.
kept.in_progress_expiration.N = '0';
await call('after its time');
console.log('asked of DynamoDB:', operations.join(', '));

server.close();
server.closeAllConnections();
JS

expected='first call: IdempotencyPersistenceLayerError, 1 charged, record INPROGRESS
at once again: IdempotencyAlreadyInProgressError, 1 charged, record INPROGRESS
after its time: IdempotencyPersistenceLayerError, 2 charged, record INPROGRESS
asked of DynamoDB: PutItem, PutItem, PutItem'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
