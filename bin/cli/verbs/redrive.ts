import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { definitions } from '../../../functions/index.ts';
import {
  checkMendedPayload,
  EXIT,
  type ExitCode,
  estimate,
  MendError,
  type RedriveReport,
  redriveAll,
  show,
} from '../../../lib/operator/index.ts';
import { agreed, canAsk, tellDry, throwIfFailed } from '../ask.ts';
import type { Context } from '../context.ts';
import { definitionOf, textArgument, UsageError, whole } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { runs, typeArgument } from '../verb.ts';
import { type FilterOptions, filterOf, withFilters } from './dead.ts';

interface Options extends FilterOptions {
  readonly yes?: boolean;
  readonly rate: number;
  readonly limit?: number;
  readonly edit?: boolean;
  readonly body?: string;
}

export function redriveVerb(dlq: Command): void {
  const command = dlq
    .command('redrive')
    .summary('send dead letters back to their queue')
    .description(
      'Sends messages of a dead-letter queue back to their queue. Their jobs start again at attempt 1, with the same ids; ' +
        'each message leaves the dead-letter queue only after the queue took it. Interrupted, run it again: it goes on ' +
        'where it was. Without --yes, and without a terminal to ask at, it only tells what it would do.',
    )
    .addArgument(typeArgument())
    .option('-y, --yes', 'do it, do not ask')
    .option('--rate <n>', 'messages a second at most', whole('--rate', { max: 10_000 }), 250)
    .option('--limit <n>', 'messages at most (default: all)', whole('--limit', { max: 100_000_000 }))
    .option('--edit', 'mend the body of the one message that fits, in $VISUAL or $EDITOR')
    .option('--body <json>', 'a mended body for the one message that fits: JSON, @file, or - for standard input');
  withFilters(command);
  runs<Options>(command, async (context, [type = ''], options) => {
    const filter = filterOf(options);
    const body = await mended(context, type, options);
    const expected = await estimate(context.stage, type, filter);
    const count = body === undefined ? Math.min(expected.matching, options.limit ?? Number.POSITIVE_INFINITY) : 1;
    const about = `${count} of ${expected.inQueue} dead letters of ${type}${expected.filtered ? ' match' : ''}.`;
    const question = `${about} They start again at attempt 1 with the same ids. Send them back?`;
    if (!(await agreed(context, options.yes === true, question))) {
      if (!context.print.result({ dryRun: true, ...expected, wouldSend: count })) {
        tellDry(context, question, 'nothing was sent');
      }
      return;
    }
    const { limit, rate: perSecond } = options;
    const progress = makeProgress('sent back', count, context.print.json);
    const report = await redriveAll(context.stage, type, {
      ...{ filter, body, limit, perSecond, signal: context.signal, onProgress: progress.update },
    });
    progress.end();
    return tell(context, report);
  });
}

function tell({ print }: Context, { sent, refused, left, swept }: RedriveReport): ExitCode | undefined {
  const { interrupted, passedOver } = swept;
  if (!print.result({ sent, refused, left, passedOver, interrupted })) {
    const others = passedOver - refused.length - left.length;
    const rest = interrupted || others === 0 ? '' : `; ${others} left: they do not fit, or died meanwhile`;
    print.line(`${sent} sent back${rest}`);
    for (const { jobId, code, message } of refused) print.line(`refused: ${jobId}: ${code}: ${message}`);
    if (left.length > 0)
      print.line(`${left.length} were sent and not deleted: they come back, and run nothing when redriven again`);
    if (interrupted) print.line('interrupted: run the same command again for the rest');
  }
  throwIfFailed(swept);
  return refused.length + left.length > 0 ? EXIT.partly : undefined;
}

/** The mended body, checked; undefined if none is asked for. */
async function mended(context: Context, type: string, options: Options): Promise<string | undefined> {
  const { edit, body: given } = options;
  if (!edit && given === undefined) return undefined;
  if (edit && given !== undefined) throw new UsageError('give --edit or --body, not both');
  const definition = definitionOf(definitions, type);
  const before = await onlyLetter(context, type, options);
  const after = given === undefined ? await edited(before) : await textArgument(given);
  checkMendedPayload(definition, after);
  return after.trimEnd();
}

async function onlyLetter({ stage, signal }: Context, type: string, options: Options): Promise<string> {
  const { letters, swept } = await show(stage, type, { bodies: true, limit: 2, signal, filter: filterOf(options) });
  throwIfFailed(swept);
  const [letter, other] = letters;
  if (letter?.body === undefined) throw new MendError('no dead letter fits: nothing to mend');
  if (other !== undefined) throw new MendError('more than one dead letter fits: name the one to mend with --key');
  if (!letter.ours) {
    throw new MendError(
      'SQS moved this message, its job is not dead: it can go back as it is, or be sent as a new job',
    );
  }
  return letter.body;
}

/** The body as it was left in the editor, on a file that nobody else can read. */
async function edited(body: string): Promise<string> {
  if (!canAsk()) throw new UsageError('--edit needs a terminal; --body takes the mended body from a file or a pipe');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-edit-'));
  const file = join(folder, 'body.json');
  try {
    await writeFile(file, `${pretty(body)}\n`, { mode: 0o600 });
    const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
    const child = spawn(editor, [file], { stdio: 'inherit', shell: false });
    const code = await new Promise((resolve, reject) => {
      child.on('exit', resolve);
      child.on('error', reject);
    });
    if (code !== 0) throw new UsageError(`${editor} ended with ${String(code)}: nothing was sent`);
    const after = await readFile(file, 'utf8');
    if (after.trim() === pretty(body).trim()) throw new UsageError('nothing was changed: nothing was sent');
    return after;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
