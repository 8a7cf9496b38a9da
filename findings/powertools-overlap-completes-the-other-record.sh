#!/usr/bin/env bash
# Powertools idempotency: of two functions that share a persistence layer and overlap, one completes the other's record.
#
# One would guess: the layer is a door to the table, so one object serves all idempotent functions of a process. Each
#                  has a `keyPrefix` of its own, and the records are kept apart by it.
# What happens:    the prefix is a field of the layer, set anew when a wrapped function is called. The key is made
#                  anew from it when the function ends. If `receipt` is called with the same payload while `charge`
#                  runs, then `charge` completes the record of `receipt`: `receipt` answers "charged" from then on, and
#                  the record of `charge` stays INPROGRESS. One after the other, all is well, so tests pass.
# Seen with:       @aws-lambda-powertools/idempotency 2.35.0, @aws-sdk/client-dynamodb 3.1162.0, Node 20.20.2,
#                  2026-11-29. The output is `expected` below.
# What it means:   make one persistence layer for each wrapped function. Batch consumers that run their records at the
#                  same time, and functions called by `Promise.all`, overlap all the time.
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

/** As much of DynamoDB as the layer asks for: a conditional put, and an update that sets fields. */
const items = new Map();
const operations = {
  PutItem({ Item }) {
    const kept = items.get(Item.id.S);
    if (kept) return { __type: 'ConditionalCheckFailedException', Item: kept };
    items.set(Item.id.S, Item);
    return {};
  },
  UpdateItem({ Key, UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues }) {
    const item = items.get(Key.id.S);
    for (const [, name, value] of UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)) {
      item[ExpressionAttributeNames[name]] = ExpressionAttributeValues[value];
    }
    return {};
  },
};
const server = createServer(async (request, response) => {
  const input = JSON.parse((await request.toArray()).join(''));
  const answer = operations[request.headers['x-amz-target'].split('.')[1]](input);
  response.statusCode = answer.__type ? 400 : 200;
  response.end(JSON.stringify(answer));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const awsSdkV3Client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'idempotency', awsSdkV3Client });
const config = new IdempotencyConfig({});
config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 });

let started;
const chargeStarted = new Promise((resolve) => {
  started = resolve;
});
let end;
const chargeMayEnd = new Promise((resolve) => {
  end = resolve;
});
const charge = makeIdempotent(
  async () => {
    started();
    await chargeMayEnd;
    return 'charged';
  },
  { persistenceStore, config, keyPrefix: 'charge' },
);
const receipt = makeIdempotent(async () => 'receipt sent', { persistenceStore, config, keyPrefix: 'receipt' });

const order = { order: 17 };
const charging = charge(order);
await chargeStarted;
console.log('receipt, while charge runs:', await receipt(order));
end();
console.log('charge:', await charging);
for (const [key, item] of items) console.log('record of', key.split('#')[0], item.status.S, item.data?.S ?? '-');
console.log('receipt, again:', await receipt(order));
console.log('charge, again:', await charge(order).catch((error) => error.name));

server.close();
server.closeAllConnections();
JS

expected='receipt, while charge runs: receipt sent
charge: charged
record of charge INPROGRESS -
record of receipt COMPLETED charged
receipt, again: charged
charge, again: IdempotencyAlreadyInProgressError'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
