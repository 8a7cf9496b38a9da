import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { Command } from 'commander';
import { names } from '../../../lib/contract/names.ts';
import { doctor, EXIT, type Finding, onStage, scanPrice } from '../../../lib/operator/index.ts';
import { agreed } from '../ask.ts';
import { loadDefinitions } from '../catalogue.ts';
import type { Context } from '../context.ts';
import { type Run, runs } from '../verb.ts';

interface Options {
  readonly scan?: boolean;
  readonly job?: boolean;
  readonly yes?: boolean;
}

export function doctorVerb(program: Command, run: Run): void {
  const command = program
    .command('doctor')
    .summary('check a stage end to end')
    .description(
      'Checks a stage end to end: stacks, event sources, the dispatcher’s ticks, alarms, dead letters, retention, overdue ' +
        'jobs, batches that wait. Prints one line for each fault; exit code 1 if there is one.',
    )
    .option(
      '--scan',
      'also read the whole jobs table for jobs whose messages are gone; prints the price first, and asks',
    )
    .option('--job', 'also send a job to each type and wait for it; it is cancelled beforehand and runs no handler')
    .option('-y, --yes', 'do not ask before the scan');
  runs<Options>(command, run, async (context, _args, options) => {
    const { stage, print } = context;
    const definitions = await loadDefinitions(context.host);
    const scan = options.scan === true && (await scanIsWanted(context, options.yes === true));
    const findings = await doctor(stage, {
      ...{ definitions, scan, synthetic: options.job ? Date.now().toString(36) : undefined },
      onFindings: (found) => print.json || show(context, found),
    });
    print.result({ stage: stage.name, findings });
    const wrong = findings.filter(({ level }) => level === 'bad').length;
    const unknown = findings.filter(({ level }) => level === 'unknown').length;
    print.note(wrong + unknown === 0 ? 'all checks passed' : `${wrong} failed, ${unknown} could not run`);
    return wrong + unknown > 0 ? EXIT.partly : undefined;
  });
}

async function scanIsWanted(context: Context, yes: boolean): Promise<boolean> {
  const { stage, clients } = context;
  const command = new DescribeTableCommand({ TableName: names.jobsTable(stage.name) });
  const { items, megabytes, dollars } = scanPrice(await onStage(stage, undefined, () => clients.tables.send(command)));
  const price = dollars < 0.01 ? 'less than 0.01' : `about ${dollars.toFixed(2)}`;
  const about = `The table had ${items} items, ${megabytes.toFixed(1)} MB; reading it costs ${price} USD (on demand, us-east-1).`;
  if (yes) context.print.note(about);
  const wanted = await agreed(context, yes, `${about} Read it?`);
  if (!wanted) context.print.note(`${about} It is not read (--yes does it).`);
  return wanted;
}

const SIGNS = { ok: '✔', note: '•', bad: '✘', unknown: '?' } as const;

function show({ print }: Context, findings: readonly Finding[]): void {
  const { green, yellow, red, dim } = print.colour;
  const colours = { ok: green, note: yellow, bad: red, unknown: yellow };
  for (const { level, check, what, todo } of findings) {
    const way = todo === undefined ? '' : dim(` → ${todo}`);
    print.line(colours[level](SIGNS[level]), ` ${check.padEnd(14)} ${what}`, way);
  }
}
