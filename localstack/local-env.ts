import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localStage } from '../bin/cli/local-stage.ts';
import type { Emulator } from './emulator.ts';
import { workFolder } from './places.ts';

/** Variables by which a program would look elsewhere than on this machine. */
const ELSEWHERE = [
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'],
  ...['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_DYNAMODB'],
];

/**
 * A shell that sources it talks to the local stage: `aws`, `npx sluice`, a producer. `npx sluice --local` reads it too. It gives
 * nothing once the stage has ended.
 */
export const localEnv = ({ env }: Pick<Emulator, 'env'>, stage: string): string => {
  const variables = Object.entries({ ...env, SLUICE_STAGE: stage }).filter(([name]) => !name.startsWith('CDK_'));
  const exports = variables.map(([name, value]) => `export ${name}='${value}'`);
  return [
    `# process ${process.pid}`,
    // A process that was killed leaves its file behind.
    `if kill -0 ${process.pid} 2>/dev/null; then`,
    `unset ${ELSEWHERE.join(' ')}`,
    ...exports,
    'else',
    "echo 'the local stage of this file has ended: npm run local starts one' >&2",
    'fi\n',
  ].join('\n');
};

/** Where it is written. */
export interface LocalEnvOptions {
  /** Gets a sentence if another process that runs has written one: its file stays. */
  readonly say: (line: string) => void;
  /** @default `.sluice/local.env` of the checkout */
  readonly file?: string;
}

/** Writes it, unless another local stage is up. @returns what removes it */
export async function writeLocalEnv(
  emulator: Pick<Emulator, 'env'>,
  stage: string,
  { say, file: given }: LocalEnvOptions,
): Promise<() => Promise<void>> {
  const file = given ?? join(await workFolder(), 'local.env');
  const other = localStage(file);
  if (other !== undefined) {
    say(`stage ${other.stage} is up already, at ${other.endpoint}: --local and ${file} stay with it`);
    say(`this one is found by: export AWS_ENDPOINT_URL='${emulator.env.AWS_ENDPOINT_URL}'`);
    return async () => {};
  }
  await writeFile(file, localEnv(emulator, stage));
  return () => rm(file, { force: true });
}
