#!/usr/bin/env bash
# MCP SDK: a tool's answer with one field more is accepted, until the client has listed the tools.
#
# One would guess: server and client check an answer against one output schema, so they agree. A field more is a
#                  compatible change: the server's schema (zod) lets it pass.
# What happens:    the server checks with zod, which ignores unknown keys. The list of tools shows the same schema as
#                  JSON Schema with `additionalProperties: false`, and a client checks with that as soon as it has asked
#                  for the list. The same call works before `listTools()` and throws after it.
# Seen with:       @modelcontextprotocol/sdk 1.32.2, zod 4.6.7, Node 20.20.2, 2026-11-29. The output is `expected` below.
# What it means:   a tool that hands on items of a table (DynamoDB has no schema) breaks for real agents, which list the
#                  tools first, on the day an item gets an attribute more. A test that calls the tool directly does not
#                  see it. Pick the fields that are answered, or give the schema as `z.looseObject`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 > /dev/null

cat > program.js <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';

const server = new McpServer({ name: 'queues', version: '1.0.0' });
const answer = async () => ({
  content: [{ type: 'text', text: '3 jobs wait' }],
  structuredContent: { waiting: 3, oldestSeconds: 12 },
});
const fields = { waiting: z.number() };
server.registerTool('strict', { inputSchema: {}, outputSchema: fields }, answer);
server.registerTool('loose', { inputSchema: {}, outputSchema: z.looseObject(fields) }, answer);

const client = new Client({ name: 'agent', version: '1.0.0' });
const [ours, theirs] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(ours), client.connect(theirs)]);

async function call(name) {
  const outcome = await client.callTool({ name }).then(
    ({ isError }) => (isError ? 'error' : 'answered'),
    (error) => `${error.constructor.name} ${error.code}`,
  );
  console.log(`${name}: ${outcome}`);
}
for (const name of ['strict', 'loose']) await call(name);
await client.listTools();
console.log('the tools are listed');
for (const name of ['strict', 'loose']) await call(name);
await client.close();
JS

expected='strict: answered
loose: answered
the tools are listed
strict: McpError -32602
loose: answered'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
