#!/usr/bin/env bash
# Powertools and the AWS SDK: importing Powertools makes the SDK warn about an application id of 24 characters.
#
# One would guess: `AWS_SDK_UA_APP_ID` may have 50 characters, as the SDKs' guide says, so 24 are well within.
# What happens:    the import of a Powertools package appends its own mark to that variable, 44 characters here. Each
#                  SDK client then warns that the id exceeds 50, in plain text, and sends it at full length.
# Seen with:       @aws-lambda-powertools/metrics 2.36.0, @aws-sdk/client-sqs 3.1162.0, Node 20.20.2, 2026-11-29. The
#                  output is `expected` below.
# What it means:   a line that is no JSON, for each client, at each cold start, in a log that is parsed as JSON. In
#                  Lambda six characters of one's own are all that stays below the limit. Powertools leaves an id alone
#                  that contains its mark already: end one's own with `/PTEnv/`, which takes 7 of the 50.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error \
  @aws-lambda-powertools/metrics@2.36.0 @aws-sdk/client-sqs@3.1162.0 > /dev/null

cat > program.js <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';

// As Lambda sets it.
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs24.x';
process.env.AWS_SDK_UA_APP_ID = process.argv[2];
console.log(`ours: ${process.env.AWS_SDK_UA_APP_ID.length} characters`);
await import('@aws-lambda-powertools/metrics');
const { ListQueuesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
console.log(`after the import: ${process.env.AWS_SDK_UA_APP_ID.length} characters`);

const server = createServer((request, response) => {
  const [, sent] = /\bapp\/(\S+)/.exec(request.headers['user-agent']);
  console.log(`sent: ${sent.length} characters`);
  request.resume().on('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

console.warn = (text) => console.log(`warning: ${/exceeds the maximum length of \d+/.exec(text)?.[0] ?? text}`);
const client = new SQSClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
await client.send(new ListQueuesCommand({}));

server.close();
server.closeAllConnections();
JS

expected='ours: 24 characters
after the import: 68 characters
warning: exceeds the maximum length of 50
sent: 68 characters
ours: 31 characters
after the import: 31 characters
sent: 31 characters'
seen=$(
  node --no-warnings program.js orders-prod-send-receipt
  node --no-warnings program.js orders-prod-send-receipt/PTEnv/
)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
