#!/usr/bin/env bash
# AWS SDK for JavaScript: calls that succeed use up the client's repeats, until a call gets a single request.
#
# One would guess: the SDK stops repeating when a service is down, that is after calls that fail. Calls that succeed
#                  give back what their repeats took.
# What happens:    a client has 500 tokens for all its calls. A repeat takes 14 (5 after a throttling answer). A success
#                  gives back what its last repeat took, or 1 if it needed none. So a call that succeeds at its third
#                  request costs 14. After 34 of them a call gets two requests, and then each gets one: it fails at
#                  the first 503. A new client of the same process makes three requests.
# Seen with:       @aws-sdk/client-sqs 3.1162.0, @smithy/core 3.41.0, Node 20.20.2, 2026-11-29. The output is
#                  `expected` below.
# What it means:   in Lambda a client lives as long as its execution environment. If more than one call in 15 needs two
#                  repeats, and every call succeeds, the client still ends without repeats. Where a failed call loses
#                  something, have a repeat outside the client: a message that comes back, a batch item failure.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error \
  @aws-sdk/client-sqs@3.1162.0 @smithy/core@3.41.0 > /dev/null

cat > program.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';

let requests = 0;
let failures = 2;
/** Answers 503 to the first requests of a call, and the rest well. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    requests += 1;
    response.statusCode = requests <= failures ? 503 : 200;
    response.end('{}');
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const newClient = () =>
  new SQSClient({
    endpoint: `http://127.0.0.1:${server.address().port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

async function call(client) {
  requests = 0;
  const answer = await client.send(new ListQueuesCommand({})).then(
    () => 'succeeded',
    () => 'failed',
  );
  return `${answer} after ${requests}`;
}

const client = newClient();
const outcomes = [];
for (let i = 1; i <= 40; i++) {
  const outcome = await call(client);
  if (outcome !== outcomes.at(-1)) console.log(`call ${i}: ${outcome}`);
  outcomes.push(outcome);
}
failures = 0;
for (let i = 1; i <= 10; i++) await call(client);
failures = 2;
console.log(`after ten calls without errors: ${await call(client)}`);
console.log(`a new client: ${await call(newClient())}`);

server.close();
server.closeAllConnections();
JS

expected='call 1: succeeded after 3
call 35: failed after 2
call 36: failed after 1
after ten calls without errors: failed after 2
a new client: succeeded after 3'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
