import type { Command } from 'commander';
import { OUTPUT_NAMES } from '../../schemas/index.ts';
import { REASONS } from '../options.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { modelOf, SHELLS } from './model.ts';
import { zshScript } from './zsh.ts';

export { SHELLS };

type Shell = (typeof SHELLS)[number];

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/**
 * The script that completes a command's verbs, options and their values in a shell.
 *
 * @param own what starts this command: the script asks it for job types and stages
 */
export function completionScript(program: Command, shell: Shell, own: readonly string[]): string {
  const outputs = [...new Set(OUTPUT_NAMES.flatMap((name) => name.split(' ')))];
  return SCRIPTS[shell](modelOf(program, { reasons: REASONS, outputs }), own);
}
