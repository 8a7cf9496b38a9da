import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';

/** The stage that `npm run local` keeps up. */
export interface LocalStage {
  readonly stage: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What `npm run local` writes, and removes at its end. */
const FILE = join(ROOT, '.sluice', 'local.env');

/** @returns undefined if `npm run local` does not run */
export function localStage(file = FILE): LocalStage | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const [, pid = ''] = /^# process (\d+)$/m.exec(text) ?? [];
  if (!isRunning(Number(pid))) return undefined;
  const variable = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '';
  return {
    stage: variable('SLUICE_STAGE'),
    endpoint: variable('AWS_ENDPOINT_URL'),
    region: variable('AWS_REGION'),
    credentials: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
  };
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    // Signal 0 only looks.
    return process.kill(pid, 0);
  } catch {
    // ESRCH: it ended without removing the file, by SIGKILL for example.
    return false;
  }
}
