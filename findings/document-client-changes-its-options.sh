#!/usr/bin/env bash
# @aws-sdk/lib-dynamodb: the document client changes the `marshallOptions` object that it is given.
#
# One would guess: options are read. One object can serve the document client and `marshall()`.
# What happens:    the first command adds `convertTopLevelContainer: true` to that object. From then on `marshall()`
#                  with the same object wraps each item in `{ M: … }`. With a frozen object, `send()` throws a TypeError
#                  synchronously; it does not return a rejected promise.
# Seen with:       @aws-sdk/lib-dynamodb, client-dynamodb 3.1162.0, util-dynamodb 3.996.9, Node 20.20.2, 2026-11-29.
#                  The output is `expected` below.
# What it means:   a module that shares marshall options builds items correctly until the first document command of
#                  the process, and wrongly after it: a test that makes one call does not see it. Freeze shared options
#                  and hand the client a copy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error \
  @aws-sdk/lib-dynamodb@3.1162.0 @aws-sdk/client-dynamodb@3.1162.0 @aws-sdk/util-dynamodb@3.996.9 > /dev/null

cat > program.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const get = () => new GetCommand({ TableName: 'jobs', Key: { id: 'job-1' } });

const options = { removeUndefinedValues: true };
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: options });
console.log('before', JSON.stringify(marshall({ id: 'job-1' }, options)));
await documents.send(get());
console.log('after', JSON.stringify(marshall({ id: 'job-1' }, options)));

const frozen = DynamoDBDocumentClient.from(client, {
  marshallOptions: Object.freeze({ removeUndefinedValues: true }),
});
try {
  const sent = frozen.send(get());
  console.log('frozen', await sent.then(() => 'answered', (error) => `rejected with ${error.name}`));
} catch (error) {
  console.log('frozen', `threw ${error.name}`);
}

server.close();
server.closeAllConnections();
JS

expected='before {"id":{"S":"job-1"}}
after {"M":{"id":{"S":"job-1"}}}
frozen threw TypeError'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
