#!/usr/bin/env bash
# OpenTelemetry for the AWS SDK: messages that share an object of eight attributes all carry the first one's trace.
#
# One would guess: each SendMessage gets the `traceparent` of its own span, or none where SQS's limit of ten attributes
#                  leaves no room. What a caller passes is not changed.
# What happens:    the trace is written into the caller's object. It is written only if the object's attributes and the
#                  propagator's fields (`traceparent`, `tracestate`) are at most ten together. With eight, the first
#                  send finds room and the object then has nine. No later send finds room, and the first one's trace
#                  stays and is sent again. With seven or fewer, each send writes its own.
# Seen with:       @opentelemetry/instrumentation-aws-sdk 0.79.0, instrumentation 0.300.0, sdk-trace 3.1.1, api 1.10.0,
#                  @aws-sdk/client-sqs 3.1162.0, Node 20.20.2, 2026-11-29. The output is `expected` below.
# What it means:   a constant of message attributes at module level is enough: every job of the process is shown as a
#                  child of the first request, and no trace leads from a job to its sender. Make the attributes anew
#                  for each message.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true }' > package.json
npm install --no-audit --no-fund --loglevel=error \
  @opentelemetry/{instrumentation-aws-sdk@0.79.0,instrumentation@0.300.0,api@1.10.0} \
  @opentelemetry/{sdk-trace,core,context-async-hooks}@3.1.1 @aws-sdk/client-sqs@3.1162.0 > /dev/null

cat > program.js <<'JS'
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { context, propagation, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { AwsInstrumentation } = require('@opentelemetry/instrumentation-aws-sdk');
const { TracerProvider } = require('@opentelemetry/sdk-trace');

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(new TracerProvider());
registerInstrumentations({ instrumentations: [new AwsInstrumentation()] });
// After the instrumentation, which changes it as it is loaded.
const { SendMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');

async function main() {
  let received = [];
  const server = createServer(async (request, response) => {
    const { MessageAttributes, MessageBody } = JSON.parse((await request.toArray()).join(''));
    received.push(MessageAttributes.traceparent.StringValue);
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const attributes = (count) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: '1' }]));
  const sendThree = async (what, attributesOfOne) => {
    received = [];
    for (let i = 0; i < 3; i++) {
      const MessageAttributes = attributesOfOne();
      await sqs.send(new SendMessageCommand({ QueueUrl: `${endpoint}/1/jobs`, MessageBody: 'x', MessageAttributes }));
    }
    console.log(`${what}: ${new Set(received).size} traces in ${received.length} messages`);
  };

  const seven = attributes(7);
  const eight = attributes(8);
  await sendThree('seven, shared', () => seven);
  await sendThree('eight, shared', () => eight);
  await sendThree('eight, made anew', () => attributes(8));

  server.close();
  server.closeAllConnections();
}

main();
JS

expected='seven, shared: 3 traces in 3 messages
eight, shared: 1 traces in 3 messages
eight, made anew: 3 traces in 3 messages'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
