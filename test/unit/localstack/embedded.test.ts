import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SESClient, SendEmailCommand, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { afterEach, expect, it, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../localstack/emulator.ts';
import { zipOf } from '../../../localstack/zip.ts';

let emulator: Emulator | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulator?.stop();
});

const ROOT = join(import.meta.dirname, '../../..');
const FIRST_USE_MS = 300_000;

/** Processes of an emulator on this port, by their command line or working folder. */
async function processesOf(endpoint: string): Promise<string[]> {
  const port = new URL(endpoint).port;
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`GATEWAY_PORT=${port}`) ? [id] : [];
    }),
  );
  return found.flat();
}

/** Local addresses that processes listen on, as `/proc/net/tcp` writes them (little endian). */
async function listeningOn(port: number): Promise<string[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hex}`))
    .map(([, local]) => local?.split(':')[0] ?? '');
}

/** A function whose handler never ends, so that its process is alive when the emulator is stopped. */
async function invokeEndless({ clientConfig }: Emulator): Promise<void> {
  const lambda = new LambdaClient(clientConfig);
  const code = 'export const handler = async () => { setInterval(() => {}, 1000); return process.version; };';
  const created = new CreateFunctionCommand({
    FunctionName: 'endless',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/none',
    Code: { ZipFile: zipOf('index.mjs', Buffer.from(code)) },
  });
  await lambda.send(created);
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'endless' }));
  expect(Buffer.from(Payload ?? []).toString()).toMatch(/^"v24\./);
}

it('the embedded emulator listens on 127.0.0.1 only and leaves no process, not even of functions', {
  timeout: FIRST_USE_MS,
}, async () => {
  vi.stubEnv('AWS_PROFILE', 'production');
  emulator = await startEmulator({ force: 'embedded' });
  const { endpoint } = emulator;
  expect(emulator).toMatchObject({ kind: 'embedded', owned: true, name: 'MiniStack 1.5.33' });
  expect(await listeningOn(Number(new URL(endpoint).port))).toEqual(['0100007F']);
  await invokeEndless(emulator);
  const running = await processesOf(endpoint);
  expect(running.length).toBeGreaterThanOrEqual(2);
  for (const id of running) expect(await readFile(`/proc/${id}/environ`, 'utf8')).not.toContain('AWS_PROFILE');
  await emulator.stop();
  expect(await processesOf(endpoint)).toEqual([]);
  await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
});

it('the embedded emulator keeps the e-mails that are sent', { timeout: FIRST_USE_MS }, async () => {
  emulator = await startEmulator({ force: 'embedded' });
  expect(await emulator.mailbox()).toEqual([]);
  const ses = new SESClient(emulator.clientConfig);
  await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: 'sluice@example.com' }));
  const send = (to: string, body: object) =>
    ses.send(
      new SendEmailCommand({
        Source: 'sluice@example.com',
        Destination: { ToAddresses: [to] },
        Message: { Subject: { Data: `To ${to}` }, Body: body },
      }),
    );
  await send('ada@example.com', { Text: { Data: 'text' }, Html: { Data: '<p>html</p>' } });
  await send('bob@example.com', { Html: { Data: '<p>only html</p>' } });
  expect(await emulator.mailbox()).toEqual([
    { from: 'sluice@example.com', to: ['ada@example.com'], subject: 'To ada@example.com', body: 'text' },
    { from: 'sluice@example.com', to: ['bob@example.com'], subject: 'To bob@example.com', body: '<p>only html</p>' },
  ]);
});

it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  'ends with a process that %s ends',
  { timeout: FIRST_USE_MS },
  async (signal) => {
    const script = `
    import { startEmulator } from './localstack/emulator.ts';
    const { endpoint } = await startEmulator({ force: 'embedded' });
    console.log(endpoint);
    setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], { cwd: ROOT });
    owner.stderr.pipe(process.stderr);
    const ended = new Promise((resolve) => owner.once('exit', resolve));
    const endpoint = await new Promise<string>((resolve) =>
      owner.stdout.once('data', (line) => resolve(String(line).trim())),
    );
    expect(await processesOf(endpoint)).not.toEqual([]);
    owner.kill(signal);
    await ended;
    await expect.poll(() => processesOf(endpoint), { timeout: 5000 }).toEqual([]);
  },
);
