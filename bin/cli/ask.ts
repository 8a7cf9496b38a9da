import { createInterface } from 'node:readline/promises';
import type { Swept } from '../../lib/operator/index.ts';
import type { Context } from './context.ts';

/** Asks a yes-or-no question of the person at the terminal; anything but yes, and Ctrl-C, is no. */
async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}

/** Whether somebody is there to be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks, where somebody is there to be asked; without an answer nothing is done. */
export async function agreed({ print, signal }: Context, yes: boolean, question: string): Promise<boolean> {
  if (yes) return true;
  return !print.json && canAsk() && (await confirmed(question, signal));
}

/** Says that nothing was done: to somebody who was asked, in a word; else what would have been done, and how. */
export function tellDry({ print }: Context, question: string, nothing: string): void {
  print.line(canAsk() ? nothing : `${question} No: ${nothing} (--yes does it).`);
}

/** What ended a sweep early is the command's failure. */
export function throwIfFailed({ failure }: Swept): void {
  if (failure !== undefined) throw failure;
}
