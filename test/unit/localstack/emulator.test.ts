import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dockerEngineAnswers, localStackImage } from '../../../localstack/docker.ts';
import { checkedEmulatorKind, EmulatorError, startEmulator } from '../../../localstack/emulator.ts';
import { type RunningServer, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';

let bin: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'sluice-bin-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.stop();
  server = undefined;
  await rm(bin, { recursive: true, force: true });
});

/** A `docker` that is first on the PATH and does what this shell script says. */
async function fakeDocker(script: string): Promise<void> {
  const file = join(bin, 'docker');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
}

/** Something on a port that answers these paths with these bodies. */
async function answering(bodies: Readonly<Record<string, unknown>>): Promise<string> {
  server = await startServer((request, response) => {
    const body = bodies[request.url ?? ''];
    sendJson(response, body === undefined ? { status: 404, body: {} } : { status: 200, body });
  });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  return server.url;
}

const LOCALSTACK = { services: { sqs: 'available' }, edition: 'community', version: '4.14.0' };

describe('a running emulator', () => {
  it('is used as LocalStack, and is left running', async () => {
    const url = await answering({ '/_localstack/health': LOCALSTACK, '/_localstack/info': { is_docker: true } });
    const emulator = await startEmulator();
    expect(emulator).toMatchObject({
      kind: 'localstack',
      name: 'LocalStack 4.14.0',
      endpoint: url,
      owned: false,
      hostSeenByFunctions: 'host.docker.internal',
    });
    expect(emulator.env).toMatchObject({ AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test' });
    await emulator.stop();
    expect((await fetch(`${url}/_localstack/health`)).status).toBe(200);
  });

  it('is recognised as LocalStack in a container, LocalStack without one, or MiniStack', async () => {
    await answering({ '/_localstack/health': LOCALSTACK, '/_ministack/health': { services: {}, version: '1.5.33' } });
    expect(await startEmulator()).toMatchObject({ kind: 'embedded', name: 'MiniStack 1.5.33', owned: false });
    await server?.stop();
    await answering({ '/_localstack/health': LOCALSTACK, '/_localstack/info': { is_docker: false } });
    expect(await startEmulator()).toMatchObject({ kind: 'localstack', hostSeenByFunctions: '127.0.0.1' });
  });
});

describe('a Docker engine', () => {
  it('does not answer if only the client is installed', async () => {
    await fakeDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await dockerEngineAnswers()).toBe(false);
  });

  it('does not answer if the client hangs', async () => {
    await fakeDocker('sleep 60');
    expect(await dockerEngineAnswers(200)).toBe(false);
  });

  it('does not answer if there is no client', async () => {
    vi.stubEnv('PATH', bin);
    expect(await dockerEngineAnswers()).toBe(false);
  });

  it('is used if it answers', async () => {
    await fakeDocker('[ "$1" = info ] && echo 27.0');
    expect(await dockerEngineAnswers()).toBe(true);
  });

  it('starts the last free image, or the newest with an account', () => {
    expect(localStackImage({})).toBe('localstack/localstack:4.14');
    expect(localStackImage({ LOCALSTACK_AUTH_TOKEN: 'ls-x' })).toBe('localstack/localstack:latest');
  });

  it('starts LocalStack on 127.0.0.1 only, and stops it if it does not come up', async () => {
    const compose = await readFile(join(import.meta.dirname, '../../../localstack/compose.yaml'), 'utf8');
    expect(compose.match(/^ +- .*:4566$/gm)).toEqual([expect.stringMatching(/- 127\.0\.0\.1:/)]);
    // Nothing may be found running on port 4566 of this machine by chance.
    await answering({});
    await fakeDocker(`echo "$@" >> ${bin}/calls; [ "$1" = info ] || { echo "no such image" >&2; exit 1; }`);
    await expect(startEmulator({ force: 'localstack' })).rejects.toThrow(/4\.14 did not start.*--emulator=embedded/);
    const calls = await readFile(join(bin, 'calls'), 'utf8');
    expect(calls).toMatch(/info .*\ncompose --file \S+ up .*\ncompose --file \S+ down /);
  });
});

describe('the error', () => {
  it('for a missing Docker engine says what to do', async () => {
    await fakeDocker('exit 1');
    const failure = await startEmulator({ force: 'localstack' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmulatorError);
    expect(String(failure)).toMatch(/no Docker engine answers.*Start Docker, or use --emulator=embedded/);
  });

  it('for an unknown emulator names the known ones', () => {
    expect(checkedEmulatorKind('embedded')).toBe('embedded');
    expect(() => checkedEmulatorKind('moto')).toThrow('must be localstack, localstack-host or embedded, got "moto"');
  });
});
