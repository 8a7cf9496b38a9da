import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject, type TestContext } from 'vitest';

const { endpoint, region, credentials } = inject('clientConfig');
/** What AWS's SDKs and its CLI read. */
const AWS_ENV = {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** What a program is run with. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program before the emulator. @throws Error with what it wrote */
export async function run(command: string, args: readonly string[], { cwd, env }: RunOptions): Promise<string> {
  try {
    const all = { ...process.env, ...AWS_ENV, ...env };
    const { stdout } = await promisify(execFile)(command, args, { cwd, env: all, timeout: 600_000 });
    return stdout;
  } catch (cause) {
    const { stdout, stderr, message } = cause as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} ${args.join(' ')}: ${message}\n${stdout}\n${stderr}`, { cause });
  }
}

/** Skips the test, with the reason, on a machine without a program that it needs. */
export async function needs(context: TestContext, command: string, ...args: string[]): Promise<void> {
  try {
    await run(command, args, { cwd: tmpdir() });
  } catch {
    context.skip(`${command} is not on this machine`);
  }
}

/** What pip, Go and Maven say when they cannot reach their registry. */
const UNREACHABLE =
  /Network is unreachable|Connection refused|no such host|dial tcp|Unknown host|Could not transfer|Temporary failure|timed out|Max retries exceeded|could not be installed/i;

/** Skips the test, with the reason, when what it needs cannot be fetched; any other failure is one. */
export async function download<T>(context: TestContext, what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!UNREACHABLE.test(String(error))) throw error;
    return context.skip(`${what} cannot be fetched: ${String(error).slice(0, 200)}`);
  }
}

/** A folder for the length of one action. */
export async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-language-'));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
