import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onProcessEnd } from './cleanup.ts';
import { runCommand, tail } from './command.ts';
import { EmulatorError } from './errors.ts';
import { probeHealth } from './health.ts';
import type { StartedEmulator } from './owned-process.ts';

const COMPOSE_FILE = join(import.meta.dirname, 'compose.yaml');
const PORT = 4566;
const ENDPOINT = `http://127.0.0.1:${PORT}`;

/** The last image that runs without an account. With an account the newest is used. */
const FREE_IMAGE = 'localstack/localstack:4.14';
const ACCOUNT_IMAGE = 'localstack/localstack:latest';

/** Whether a Docker engine answers. Many machines have only the client, so the command alone is no proof. */
export async function dockerEngineAnswers(timeoutMs = 5_000): Promise<boolean> {
  const format = ['info', '--format', '{{.ServerVersion}}'];
  const info = await runCommand('docker', format, { timeoutMs }).catch(() => undefined);
  return info?.code === 0;
}

/** The image to start: the newest if the environment has an account's token. */
export function localStackImage(env: NodeJS.ProcessEnv = process.env): string {
  return env.SLUICE_LOCALSTACK_IMAGE ?? (env.LOCALSTACK_AUTH_TOKEN ? ACCOUNT_IMAGE : FREE_IMAGE);
}

/**
 * Starts LocalStack with Docker Compose, on 127.0.0.1 only.
 *
 * @throws EmulatorError if Compose is missing, the image cannot be had, or LocalStack does not come up
 */
export async function startLocalStack(log: (line: string) => void): Promise<StartedEmulator> {
  const image = localStackImage();
  const env = { ...process.env, SLUICE_LOCALSTACK_IMAGE: image, SLUICE_LOCALSTACK_PORT: String(PORT) };
  log(`starting ${image} with Docker Compose`);
  // Registered before the start, so that Ctrl-C during the download leaves no container running.
  const forget = onProcessEnd({ stop: () => stop(), stopNow: () => downNow(env) });
  const stop = async () => {
    await runCommand('docker', compose('down', '--volumes', '--timeout', '5'), { env, timeoutMs: 60_000 });
    forget();
  };
  const up = await runCommand('docker', compose('up', '--detach', '--quiet-pull'), { env, timeoutMs: 600_000 });
  try {
    if (up.code !== 0) throw new Error(tail(up.output, 8));
    return { endpoint: ENDPOINT, name: await waitUntilUp(), stop };
  } catch (error) {
    await stop();
    throw new EmulatorError(
      `${image} did not start with Docker Compose. Use --emulator=embedded to do without Docker.`,
      { cause: error },
    );
  }
}

function compose(...args: string[]): string[] {
  return ['compose', '--file', COMPOSE_FILE, ...args];
}

function downNow(env: NodeJS.ProcessEnv): void {
  try {
    execFileSync('docker', compose('down', '--volumes', '--timeout', '1'), { env, stdio: 'ignore', timeout: 20_000 });
  } catch {
    // Nothing more can be done at the end of a process.
  }
}

async function waitUntilUp(): Promise<string> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(500)) {
    const health = await probeHealth(ENDPOINT);
    if (health) return health.name;
  }
  throw new Error('it did not answer within 120 s (docker compose logs says why)');
}
