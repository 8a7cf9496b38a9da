import { createInterface } from 'node:readline/promises';
import type { ReceiveAllResult } from '../../lib/operator/index.ts';
import type { Context } from './context.ts';
import type { Host } from './host.ts';
import { visible } from './visible.ts';

/** Asks a yes-or-no question at the terminal. Any answer but yes counts as no, and so do Ctrl-C and Ctrl-D. */
async function confirmed({ host, signal }: Context, question: string): Promise<boolean> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  try {
    // A question whose input ends, by Ctrl-D or Ctrl-C, gets no answer at all.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question(`${visible(question)} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}

/** Whether a person sits at a terminal and can answer a question. */
export const canAsk = ({ stdin, stderr }: Pick<Host, 'stdin' | 'stderr'>): boolean =>
  stdin.isTTY === true && stderr.isTTY === true;

/** Asks for confirmation, unless `--yes` was given. Without a terminal the answer is no. */
export async function agreed(context: Context, yes: boolean, question: string): Promise<boolean> {
  if (yes) return true;
  return !context.print.json && canAsk(context.host) && (await confirmed(context, question));
}

/** Says that nothing was done. Without a terminal it also prints the question, and how to say yes. */
export function printDryRun({ host, print }: Context, question: string, nothing: string): void {
  print.line(canAsk(host) ? nothing : `${question} No: ${nothing} (--yes does it).`);
}

/** Says that not all dead letters could be looked at; undefined if they were. */
export const notAllSeen = ({ atQuota, passedOver }: ReceiveAllResult): string | undefined =>
  atQuota &&
  `SQS gives out no more while ${passedOver} are held: there may be others, which were not looked at. Redrive or purge some of these first`;

/** Throws what ended the receiving early: the command fails with it, after its report was printed. */
export function throwIfFailed({ failure }: ReceiveAllResult): void {
  if (failure !== undefined) throw failure;
}
