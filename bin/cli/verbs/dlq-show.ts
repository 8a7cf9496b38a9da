import type { Command } from 'commander';
import { type DeadLetterView, show } from '../../../lib/operator/index.ts';
import { notAllSeen, throwIfFailed } from '../ask.ts';
import { type FilterOptions, filterOf, withFilters } from '../dead-filters.ts';
import { whole } from '../options.ts';
import { shortTime, time } from '../print.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options extends FilterOptions {
  readonly bodies?: boolean;
  readonly limit: number;
}

export function showVerb(dlq: Command, run: Run): void {
  const command = dlq
    .command('show')
    .summary('look at dead letters')
    .description(
      'Looks at messages of a dead-letter queue. It receives them and releases them at its end. Until then nobody else can ' +
        'receive them.',
    )
    .addArgument(typeArgument())
    .option('--bodies', 'their bodies, too, which hold the payloads')
    .option('--limit <n>', 'how many at most', whole('--limit', { max: 1000 }), 10);
  withFilters(command);
  runs<Options>(command, run, async ({ stage, print, signal }, [type = ''], { bodies, limit, ...options }) => {
    const { deadLetters, received } = await show(stage, type, {
      bodies: bodies === true,
      limit,
      signal,
      filter: filterOf(options),
    });
    throwIfFailed(received);
    const unseen = notAllSeen(received);
    if (print.result({ deadLetters, ...(received.atQuota && { atQuota: true }) })) return;
    if (deadLetters.length === 0)
      print.note(`no dead letter matches${unseen ? ' among those that were looked at' : ''}`);
    else print.table(deadLetters, bodies ? [...COLUMNS, BODY] : COLUMNS);
    if (unseen !== undefined) print.note(unseen);
    for (const { key, unread } of deadLetters) if (unread !== undefined) print.note(`${key}: ${unread}`);
    const moved = deadLetters.filter(({ ours }) => !ours).length;
    if (moved > 0) print.note(`${moved} without a reason: SQS moved them, because no consumer could start or end them`);
  });
}

const BODY = { head: 'BODY', cell: ({ body }: DeadLetterView) => body, cut: 'end' } as const;

const COLUMNS = [
  {
    head: 'DIED',
    cell: ({ diedAt }: DeadLetterView) => time(diedAt),
    short: (one: DeadLetterView) => shortTime(one.diedAt),
  },
  { head: 'KEY', cell: ({ key }: DeadLetterView) => key, cut: 'middle' },
  { head: 'ID', cell: ({ key, jobId }: DeadLetterView) => (jobId === key ? '=' : jobId), cut: 'middle' },
  { head: 'RUN', cell: ({ run }: DeadLetterView) => run, right: true },
  { head: 'REASON', cell: (deadLetter: DeadLetterView) => deadLetter.reason },
  { head: 'ERROR', cell: ({ error }: DeadLetterView) => error && `${error.name}: ${error.message}`, cut: 'end' },
  { head: 'BYTES', cell: ({ bytes }: DeadLetterView) => bytes, right: true },
] as const;
