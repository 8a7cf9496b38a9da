import type { Command } from 'commander';
import { flows, type WaitingCallback } from '../../../lib/operator/index.ts';
import { whole } from '../options.ts';
import { count, shortTime, time } from '../print.ts';
import { optionalType, type Run, runs } from '../verb.ts';

interface Options {
  readonly limit: number;
}

export function flowsVerb(program: Command, run: Run): void {
  const command = program
    .command('flows')
    .summary('the batches whose callbacks have not begun')
    .description(
      'Lists the batches whose callbacks have not begun, by their deadlines: how many of their children have not ended, and ' +
        'how many died. It reads an item for each parked job, until it has found enough.',
    )
    .addArgument(optionalType())
    .option('--limit <n>', 'how many at most', whole('--limit', { max: 100_000 }), 50);
  runs<Options>(command, run, async ({ stage, print }, [type], { limit }) => {
    const report = await flows(stage, type, { limit });
    if (print.result(report)) return;
    if (report.flows.length === 0) print.note('no callback waits');
    else print.table(report.flows, COLUMNS);
    if (report.truncated) print.note('there may be more; --limit shows more');
  });
}

const COLUMNS = [
  { head: 'CALLBACK', cell: ({ type }: WaitingCallback) => type, cut: 'end' },
  { head: 'FLOW', cell: ({ flow }: WaitingCallback) => flow, cut: 'middle' },
  {
    head: 'WAITS FOR',
    cell: ({ open, total }: WaitingCallback) => `${count(open)} of ${count(total)}`,
    right: true,
  },
  { head: 'DEAD', cell: ({ dead }: WaitingCallback) => dead, right: true },
  { head: 'MODE', cell: ({ mode }: WaitingCallback) => mode },
  { head: 'STATE', cell: ({ state }: WaitingCallback) => state },
  {
    head: 'DEADLINE',
    cell: ({ deadlineAt }: WaitingCallback) => time(deadlineAt),
    short: ({ deadlineAt }: WaitingCallback) => shortTime(deadlineAt),
  },
] as const;
