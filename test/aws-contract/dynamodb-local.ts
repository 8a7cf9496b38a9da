import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { onProcessEnd } from '../../localstack/cleanup.ts';
import type { ClientConfig } from '../../localstack/emulator.ts';
import { freePort, ROOT } from '../../localstack/places.ts';

/** Installed with LocalStack without Docker, by `npm run test:localstack`. */
const LIBRARIES = join(ROOT, '.sluice', 'localstack-host', 'lib');
const FOLDER = join(LIBRARIES, 'dynamodb-local', '2');
const JAR = join(FOLDER, 'DynamoDBLocal.jar');
const JAVA = join(LIBRARIES, 'java', '21', 'bin', 'java');

export const isInstalled = (): boolean => existsSync(JAR) && existsSync(JAVA);

/** Starts it in memory, on a free port of 127.0.0.1. @throws Error if it does not answer within 30 s */
export async function startDynamoDbLocal(): Promise<{ config: ClientConfig; stop(): Promise<void> }> {
  const port = await freePort();
  const native = `-Djava.library.path=${join(FOLDER, 'DynamoDBLocal_lib')}`;
  const args = [native, '-jar', JAR, '-inMemory', '-disableTelemetry', '-port', String(port)];
  const child = spawn(JAVA, args, { cwd: FOLDER, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stopNow = () => void child.kill('SIGKILL');
  const stop = async () => {
    stopNow();
    await exited;
    forget();
  };
  const forget = onProcessEnd({ stop, stopNow });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials };
  try {
    await waitUntilUp(config);
    return { config, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function waitUntilUp(config: ClientConfig): Promise<void> {
  const client = new DynamoDBClient({ ...config, maxAttempts: 1 });
  const untilMs = Date.now() + 30_000;
  for (;;) {
    const answer = await client.send(new ListTablesCommand()).catch((error: unknown) => error);
    if (!(answer instanceof Error)) return;
    if (Date.now() > untilMs) throw new Error('DynamoDB Local did not come up', { cause: answer });
    await sleep(200);
  }
}
