#!/usr/bin/env bash
# AWS SDK for JavaScript: a service that asks to be left alone for 20 s is asked again after 5.
#
# One would guess: a client that reads `x-amz-retry-after` waits at least as long as the service says.
# What happens:    it waits for at most 5 s more than it would have waited by itself. It follows a hint of 200 ms to the
#                  millisecond, so a trial with a short one looks as if it followed all.
# Seen with:       @aws-sdk/client-sqs 3.1162.0, @smithy/core 3.41.0, Node 20.20.2, 2026-11-29: 0.2 s and 5.0 s. The
#                  output is `expected` below, which leaves room for a busy machine.
# What it means:   an SQS call spends its three requests within some 10 s, however long the service asks for, and fails.
#                  Code that must hold to the service's word reads the header itself, and waits where waiting is free:
#                  by a visibility timeout or a schedule, not in a function.
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

const HINTS_MS = [200, 20_000];

/** Answers a path's first request with 503 and the hint that the path names, its second one well. */
const firstAt = new Map();
const waitedMs = new Map();
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const hint = request.url.split('/')[1];
    const first = firstAt.get(hint);
    if (first === undefined) {
      firstAt.set(hint, performance.now());
      response.writeHead(503, { 'x-amz-retry-after': hint });
    } else {
      waitedMs.set(hint, performance.now() - first);
    }
    response.end('{}');
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');

await Promise.all(
  HINTS_MS.map((hint) =>
    new SQSClient({
      endpoint: `http://127.0.0.1:${server.address().port}/${hint}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }).send(new ListQueuesCommand({})),
  ),
);
for (const hint of HINTS_MS) {
  const waited = waitedMs.get(String(hint));
  // The bounds leave room for a busy machine.
  const seen = waited < 190 ? 'too early' : waited < 3_000 ? 'a moment' : waited < 12_000 ? 'about 5 s' : 'longer';
  console.log(`asked to wait ${hint} ms: waited ${seen}`);
}

server.close();
server.closeAllConnections();
JS

expected='asked to wait 200 ms: waited a moment
asked to wait 20000 ms: waited about 5 s'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
