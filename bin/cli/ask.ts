import { createInterface } from 'node:readline/promises';
import type { ReceiveAllResult } from '../../lib/operator/index.ts';
import type { Context } from './context.ts';

/** Asks a yes-or-no question at the terminal. Any answer but yes counts as no, and so does Ctrl-C. */
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

/** Whether a person sits at a terminal and can answer a question. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks for confirmation, unless `--yes` was given. Without a terminal the answer is no. */
export async function agreed({ print, signal }: Context, yes: boolean, question: string): Promise<boolean> {
  if (yes) return true;
  return !print.json && canAsk() && (await confirmed(question, signal));
}

/** Says that nothing was done. Without a terminal it also prints the question, and how to say yes. */
export function printDryRun({ print }: Context, question: string, nothing: string): void {
  print.line(canAsk() ? nothing : `${question} No: ${nothing} (--yes does it).`);
}

/** Throws what ended the receiving early: the command fails with it, after its report was printed. */
export function throwIfFailed({ failure }: ReceiveAllResult): void {
  if (failure !== undefined) throw failure;
}
