import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { deployed } from '../bin/cli/support/deployed.ts';

const MAIN = fileURLToPath(new URL('support/stdio-main.ts', import.meta.url));

test('sluice mcp answers over a process’s streams, logs no payload, and ends with its input', async () => {
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], stderr: 'pipe' });
  const client = new Client({ name: 'test', version: '0.0.0' });
  // Whatever is no message of the protocol arrives here.
  const faults: Error[] = [];
  client.onerror = (error) => void faults.push(error);
  await client.connect(transport);
  const logged = transport.stderr instanceof Readable ? text(transport.stderr) : '';
  expect(client.getServerVersion()?.name).toBe('sluice');
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('queues');
  const { structuredContent } = await client.callTool({ name: 'job', arguments: { type: 'send-email', key: 'a0' } });
  expect(structuredContent).toMatchObject({ stage: 'test', data: { item: { status: 'DEAD' }, hidden: ['result'] } });
  const wrong = await client.callTool({ name: 'queues', arguments: { type: 'send-mail' } });
  expect(wrong.isError).toBe(true);
  await client.close();
  const lines = (await logged).trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/\d+ ms$/, 'ms'))).toEqual([
    'mcp: stage test, looks only',
    'mcp: job 0 ms',
    'mcp: queues 3 ms',
  ]);
  expect(faults).toEqual([]);
});

test('sluice mcp without input ends at once, and prints nothing but the protocol', async () => {
  const ran = await deployed().run('mcp --allow-changes');
  expect(ran).toMatchObject({ code: 0, stdout: '', stderr: 'mcp: stage test, may change it\n' });
});

test.each(['mcp --json', 'mcp --wide'])('%s is a wrong use', async (args) => {
  const ran = await deployed().run(args);
  expect([ran.code, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toContain('mcp speaks its own protocol: leave out --json and --wide');
});

test('without the SDK sluice mcp says what to install, and no other verb misses it', () => {
  const hook = new URL('support/without-sdk.mjs', import.meta.url).href;
  const command = fileURLToPath(new URL('../../../bin/sluice.mjs', import.meta.url));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', hook, command, ...args], { encoding: 'utf8', env: { PATH: '' } });
  const ran = run('mcp', '--endpoint', 'http://127.0.0.1:1', '--region', 'eu-west-1');
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([
    ...[2, ''],
    'sluice: @modelcontextprotocol/sdk is not installed here: npm install --save-dev @modelcontextprotocol/sdk\n',
  ]);
  expect(run('queues', '--help').status).toBe(0);
});
