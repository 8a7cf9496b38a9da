import { spawn } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { startEmulator } from '../../localstack/emulator.ts';
import { ROOT } from '../../localstack/places.ts';
import { describeOn } from './support/emulators.ts';

/** Brings up LocalStack with a database and with a function that is invoked and does not end by itself. */
const SCRIPT = `
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { startEmulator } from './localstack/emulator.ts';
import { zipOf } from './localstack/zip.ts';
const { endpoint, clientConfig, stop } = await startEmulator({ force: 'localstack-host' });
await new DynamoDBClient(clientConfig).send(new ListTablesCommand({}));
const lambda = new LambdaClient(clientConfig);
const FunctionName = 'endless';
await lambda.send(new CreateFunctionCommand({
  FunctionName,
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: 'arn:aws:iam::000000000000:role/none',
  Code: { ZipFile: zipOf('index.mjs', Buffer.from(
    'export const handler = async () => { setInterval(() => {}, 1000); return process.version; };')) },
}));
await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName });
const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
console.log(new URL(endpoint).port, Buffer.from(Payload).toString());
process.once('SIGUSR2', stop);
setInterval(() => undefined, 1000);`;

interface Program {
  readonly id: string;
  readonly name: string;
  /** The file that an interpreter runs. */
  readonly script: string;
}

/** The programs that run with this port in their environment. */
async function programsOf(port: string): Promise<Program[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = ids.map(async (id) => {
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    if (!environment.includes(`127.0.0.1:${port}`)) return [];
    const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    const [name = '', script = ''] = command.split('\0').map((part) => part.split('/').at(-1) ?? '');
    return [{ id, name, script }];
  });
  return (await Promise.all(found)).flat();
}

/** The addresses that a program listens on, as `/proc/net/tcp` writes them (little endian). */
async function addressesOf({ id }: Program): Promise<string[]> {
  const files = await readdir(`/proc/${id}/fd`).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${id}/fd/${file}`).catch(() => '')));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
    .map(([, local = '']) => local.split(':')[0] ?? '');
}

/** The folder that LocalStack works in. */
async function folderOf(programs: readonly Program[]): Promise<string> {
  const python = programs.find(({ name }) => name === 'python');
  const folder = await readlink(`/proc/${python?.id}/cwd`);
  expect(folder).toContain('sluice-localstack-');
  return folder;
}

/** 127.0.0.1, and the same in an IPv6 socket. */
const LOOPBACK = /^(0100007F|0000000000000000FFFF00000100007F)$/;

const describeHere = describeOn('localstack-host', 'test/unit/localstack/embedded.test.ts does this with MiniStack');

describeHere('LocalStack without Docker', () => {
  // SIGUSR2 has the script call stop().
  it.each(['SIGUSR2', 'SIGINT', 'SIGKILL'] as const)('ends with all its processes on %s', async (signal) => {
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', SCRIPT], { cwd: ROOT });
    owner.stderr.pipe(process.stderr);
    try {
      const [line] = await Promise.race([
        new Promise<string[]>((resolve) => createInterface(owner.stdout).once('line', (text) => resolve([text]))),
        new Promise<never>((_, reject) => owner.once('exit', (code) => reject(new Error(`it ended with ${code}`)))),
      ]);
      const [port = '', version] = line?.split(' ') ?? [];
      expect(version).toMatch(/^"v24\./);
      const programs = await programsOf(port);
      // LocalStack and MiniStack, its database.
      expect(programs.filter(({ name }) => name === 'python').length).toBe(2);
      expect(programs.map(({ name }) => name)).toContain('node');
      const addresses = (await Promise.all(programs.map(addressesOf))).flat();
      const scratch = await folderOf(programs);
      // The gateway's, the database's and a Runtime API's.
      expect(addresses.length).toBeGreaterThanOrEqual(3);
      for (const address of addresses) expect(address).toMatch(LOOPBACK);
      owner.kill(signal);
      await expect.poll(() => programsOf(port), { timeout: 15_000 }).toEqual([]);
      await expect.poll(() => stat(scratch).catch(() => 'gone'), { timeout: 15_000 }).toBe('gone');
    } finally {
      owner.kill('SIGKILL');
    }
  });

  it('answers that its tables are lost when their process dies, and says so once', async () => {
    const lines: string[] = [];
    const emulator = await startEmulator({ force: 'localstack-host', log: (line) => lines.push(line) });
    try {
      const tables = new DynamoDBClient(emulator.clientConfig);
      await tables.send(new ListTablesCommand({}));
      const programs = await programsOf(new URL(emulator.endpoint).port);
      process.kill(Number(programs.find(({ script }) => script === 'tables.py')?.id), 'SIGKILL');
      const lost = /^MiniStack, which keeps LocalStack's tables, ended with code -9: the tables are lost/;
      const said = () => lines.filter((line) => line.startsWith('MiniStack, which'));
      await expect.poll(said).toEqual([expect.stringMatching(lost)]);
      await expect(tables.send(new ListTablesCommand({}))).rejects.toThrow(lost);
    } finally {
      await emulator.stop();
    }
  });
});
