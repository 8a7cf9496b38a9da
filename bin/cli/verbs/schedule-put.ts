import type { Command } from 'commander';
import { payloadGiven } from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import { definitionOf, textArgument, whole } from '../options.ts';
import { nameArgument, schedulesOf } from '../schedules.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly timeZone?: string;
  readonly until?: string;
  readonly maxAttempts?: number;
}

export function putVerb(schedule: Command, run: Run): void {
  const command = schedule
    .command('put')
    .summary('make a schedule, or replace one')
    .description(
      'Makes a schedule, or replaces the one of that name. Each tick sends one job. The payload is checked by the job type’s ' +
        'schema first. A schedule that is paused stays paused.',
    )
    .addArgument(typeArgument())
    .addArgument(nameArgument())
    .argument('<expression>', 'when: cron(0 7 * * ? *), rate(5 minutes), or once, at(2027-01-31T09:00:00)')
    .argument('<json>', 'the payload: JSON, @file, or - for standard input')
    .option('--time-zone <zone>', 'IANA name of the zone of a cron or an at, as Europe/Berlin (default: UTC)')
    .option('--until <time>', 'when it ends, ISO 8601 with a zone; AWS deletes it then')
    .option('--max-attempts <n>', 'attempts in all (default: the definition’s)', whole('--max-attempts', { max: 100 }));
  runs<Options>(command, run, async (context, [type = '', name = '', expression = '', json = ''], options) => {
    const definition = definitionOf(await loadDefinitions(context.host), type);
    const payload = payloadGiven(await textArgument(json, context.host));
    const { timeZone, until, maxAttempts } = options;
    const given = { expression, timeZone, until, maxAttempts, payload };
    const { created, ...made } = await schedulesOf(context).put(definition, name, given);
    if (context.print.result({ created, ...made })) return undefined;
    context.print.line(`${created ? 'made' : 'replaced'} ${type} ${name}`);
    if (made.state === 'paused') context.print.line(`it is paused since ${made.pausedAt}`);
    else if (made.next.length > 0) context.print.line(`next: ${made.next.join(', ')}`);
    return undefined;
  });
}
