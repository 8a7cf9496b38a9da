#!/usr/bin/env bash
# stripe: with `maxNetworkRetries: 0` a request whose connection closes is sent twice.
#
# One would guess: 0 sends each request once, and the caller alone decides about a repeat.
# What happens:    a connection that closes before the answer is repeated once all the same, after half a second and with
#                  the timeout from its beginning. 0 and 1 then make the same two requests. An answer of 500 is not
#                  repeated with 0. The repeat has the same idempotency key.
# Seen with:       stripe 23.1.0, Node 20.20.2, 2026-11-29. The output is `expected` below.
# What it means:   a job that sets 0 because its queue does the repeating takes up to twice its timeout: leave room for
#                  both below the function's timeout and the visibility timeout. Give `idempotencyKey` yourself: the
#                  key that the library makes joins these two requests, and not the next attempt of the job.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error stripe@23.1.0 > /dev/null

cat > program.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import Stripe from 'stripe';

let answers500 = false;
let keys = [];
const server = createServer((request, response) => {
  keys.push(request.headers['idempotency-key']);
  request.resume().on('end', () => {
    if (!answers500) return request.socket.end();
    response.statusCode = 500;
    response.end('{"error":{"type":"api_error","message":"busy"}}');
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');

async function create(maxNetworkRetries) {
  keys = [];
  const stripe = new Stripe('sk_test_1', {
    protocol: 'http',
    host: '127.0.0.1',
    port: server.address().port,
    maxNetworkRetries,
    telemetry: false,
  });
  await stripe.customers.create({ name: 'A' }).catch(() => undefined);
  return `${keys.length} requests, ${new Set(keys).size} key`;
}

for (const retries of [0, 1]) console.log(`connection closes, maxNetworkRetries ${retries}: ${await create(retries)}`);
answers500 = true;
for (const retries of [0, 1]) console.log(`answer 500, maxNetworkRetries ${retries}: ${await create(retries)}`);

server.close();
server.closeAllConnections();
JS

expected='connection closes, maxNetworkRetries 0: 2 requests, 1 key
connection closes, maxNetworkRetries 1: 2 requests, 1 key
answer 500, maxNetworkRetries 0: 1 requests, 1 key
answer 500, maxNetworkRetries 1: 2 requests, 1 key'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
