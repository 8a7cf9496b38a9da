import type { Command } from 'commander';
import {
  CorrectedBodyError,
  checkCorrectedPayload,
  EXIT,
  type ExitCode,
  estimate,
  type RedriveReport,
  redrive,
  show,
} from '../../../lib/operator/index.ts';
import { agreed, notAllSeen, printDryRun, throwIfFailed } from '../ask.ts';
import { loadDefinitions } from '../catalogue.ts';
import type { Context } from '../context.ts';
import { type FilterOptions, filterOf, withFilters } from '../dead-filters.ts';
import { edited } from '../editor.ts';
import { definitionOf, textArgument, UsageError, whole } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options extends FilterOptions {
  readonly yes?: boolean;
  readonly rate: number;
  readonly limit?: number;
  readonly edit?: boolean;
  readonly body?: string;
}

export function redriveVerb(dlq: Command, run: Run): void {
  const command = dlq
    .command('redrive')
    .summary('send dead letters back to their queue')
    .description(
      'Sends messages of a dead-letter queue back to their queue. Their jobs start again at attempt 1, with the same ids. ' +
        'Each message is deleted from the dead-letter queue only after the queue has accepted it. If it is interrupted, run ' +
        'it again: it goes on where it stopped. Without --yes and without a terminal it only prints what it would do.',
    )
    .addArgument(typeArgument())
    .option('-y, --yes', 'do it, do not ask')
    .option('--rate <n>', 'messages a second at most', whole('--rate', { max: 10_000 }), 250)
    .option('--limit <n>', 'messages at most (default: all)', whole('--limit', { max: 100_000_000 }))
    .option('--edit', 'correct the body of the one message that matches, in $VISUAL or $EDITOR')
    .option('--body <json>', 'a corrected body for the one message that matches: JSON, @file, or - for standard input');
  withFilters(command, { severalKeys: true });
  runs<Options>(command, run, async (context, [type = ''], options) => {
    const filter = filterOf(options);
    const body = await correctedBody(context, type, options);
    const expected = await estimate(context.stage, type, filter);
    const count = body === undefined ? Math.min(expected.matching, options.limit ?? Number.POSITIVE_INFINITY) : 1;
    const about = `${expected.truncated && body === undefined ? 'At least ' : ''}${count} of ${expected.inQueue} dead letters of ${type}${expected.filtered ? ' match' : ''}.`;
    const question = `${about} They start again at attempt 1 with the same ids. Send them back?`;
    if (!(await agreed(context, options.yes === true, question))) {
      if (!context.print.result({ dryRun: true, ...expected, wouldSend: count })) {
        printDryRun(context, question, 'nothing was sent');
      }
      return;
    }
    const { limit, rate: perSecond } = options;
    const progress = makeProgress('sent back', count, context);
    const redriven = await redrive(context.stage, type, {
      ...{ filter, body, limit, perSecond, signal: context.signal, onProgress: progress.update },
    });
    progress.end();
    return report(context, redriven);
  });
}

function report({ print }: Context, { sent, refused, left, received }: RedriveReport): ExitCode | undefined {
  const { interrupted, passedOver, atQuota } = received;
  const unseen = notAllSeen(received);
  if (!print.result({ sent, refused, left, passedOver, interrupted, atQuota })) {
    const others = passedOver - refused.length - left.length;
    const rest = interrupted || others === 0 ? '' : `; ${others} left: they do not match, or died meanwhile`;
    print.line(`${sent} sent back${rest}`);
    for (const { jobId, code, message } of refused) print.line(`refused: ${jobId}: ${code}: ${message}`);
    if (left.length > 0)
      print.line(`${left.length} were sent and not deleted: they come back, and run nothing when redriven again`);
    if (unseen !== undefined) print.line(unseen);
    if (interrupted) print.line('interrupted: run the same command again for the rest');
  }
  throwIfFailed(received);
  return refused.length + left.length > 0 || atQuota ? EXIT.partly : undefined;
}

/** The corrected body, checked; undefined if neither `--edit` nor `--body` is given. */
async function correctedBody(context: Context, type: string, options: Options): Promise<string | undefined> {
  const { edit, body: given } = options;
  if (!edit && given === undefined) return undefined;
  if (edit && given !== undefined) throw new UsageError('give --edit or --body, not both');
  const definition = definitionOf(await loadDefinitions(context.host), type);
  const before = await onlyBody(context, type, options);
  const after = given === undefined ? await edited(before, context.host) : await textArgument(given, context.host);
  await checkCorrectedPayload(definition, after);
  return after.trimEnd();
}

/** The body of the one dead letter that matches. @throws CorrectedBodyError if there is none, or more than one */
async function onlyBody({ stage, signal }: Context, type: string, options: Options): Promise<string> {
  const { deadLetters, received } = await show(stage, type, {
    ...{ bodies: true, limit: 2, signal, filter: filterOf(options) },
  });
  throwIfFailed(received);
  const [deadLetter, other] = deadLetters;
  if (deadLetter?.body === undefined) throw new CorrectedBodyError('no dead letter matches: nothing to correct');
  if (other !== undefined) {
    throw new CorrectedBodyError('more than one dead letter matches: name the one to correct with --key');
  }
  if (!deadLetter.ours) {
    throw new CorrectedBodyError(
      'SQS moved this message, its job is not dead: it can go back as it is, or be sent as a new job',
    );
  }
  return deadLetter.body;
}
