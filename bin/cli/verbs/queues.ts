import type { Command } from 'commander';
import { EXIT, flagsOf, pause, type QueueState, type QueuesReport, queues } from '../../../lib/operator/index.ts';
import type { Context } from '../context.ts';
import { openSince } from '../open-since.ts';
import { whole } from '../options.ts';
import { type Colour, type Column, count, duration } from '../print.ts';
import { optionalType, type Run, runs } from '../verb.ts';

interface Options {
  readonly watch?: boolean;
  readonly every: number;
}

export function queuesVerb(program: Command, run: Run): void {
  const command = program
    .command('queues')
    .summary('the state of all job types')
    .description(
      'The state of each job type: messages that wait (depth), that run or wait for their retry (in flight), that are ' +
        'delayed; jobs parked in the table; jobs that died within the retention; messages in the dead-letter queue; age of ' +
        'the oldest message, by CloudWatch’s latest value; whether jobs are started. Counts are SQS’s, approximate.',
    )
    .addArgument(optionalType())
    .option('-w, --watch', 'repeat until Ctrl-C')
    .option('--every <seconds>', 'with --watch: how often', whole('--every', { max: 3600 }), 2);
  runs<Options>(command, run, async (context, [type], { watch, every }) => {
    if (!watch) return show(context, await queues(context.stage, type));
    while (!context.signal.aborted) {
      const report = await queues(context.stage, type);
      context.print.clear();
      show(context, report);
      await pause(context.stage, every * 1000, context.signal);
    }
    return EXIT.interrupted;
  });
}

function show({ print, stage }: Context, report: QueuesReport): undefined {
  if (print.result({ stage: stage.name, ...report })) return;
  const { red, yellow, green, dim } = print.colour;
  const column = (head: string, cell: (state: QueueState) => number, alarming?: Colour): Column<QueueState> => ({
    head,
    cell,
    right: true,
    colour: (row) => (cell(row) === 0 ? dim : alarming),
  });
  print.table(report.queues, [
    { head: 'TYPE', cell: ({ type }) => type, cut: 'end' },
    column('DEPTH', ({ depth }) => depth),
    column('IN FLIGHT', ({ inFlight }) => inFlight),
    column('DELAYED', ({ delayed }) => delayed),
    column('PARKED', ({ parked }) => parked),
    column('DEAD', ({ dead }) => dead, yellow),
    column('DLQ', ({ dlq }) => dlq, red),
    { head: 'OLDEST', cell: ({ oldestSeconds }) => duration(oldestSeconds), right: true },
    { head: 'STATE', cell: ({ state }) => state, colour: ({ state }) => (state === 'running' ? green : yellow) },
  ]);
  for (const { type, waitForChildren } of report.queues) {
    if (waitForChildren > 0)
      print.note(
        `${type}: ${count(waitForChildren)} wait for their children (npx sluice flows ${type}${flagsOf(stage)})`,
      );
  }
  for (const { type, breaker } of report.queues) {
    if (breaker !== undefined)
      print.note(`${type}: its circuit breaker is ${openSince(breaker)} (npx sluice breaker ${type}${flagsOf(stage)})`);
  }
  if (report.truncated) print.note('PARKED and DEAD count 100,000 jobs at most; there are more.');
}
