import { createReadStream } from 'node:fs';
import { access, appendFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import {
  type BulkReport,
  EXIT,
  type ExitCode,
  flagsOf,
  type RefusedLine,
  send,
  sendLines,
  shellWord,
} from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import type { Context } from '../context.ts';
import { newFileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import { linesIn } from '../lines.ts';
import { definitionOf, key, textArgument, UsageError, whole } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly id?: string;
  readonly key?: string;
  readonly maxAttempts?: number;
  readonly runAt?: string;
  readonly delay?: number;
  readonly tenant?: string;
  readonly lines?: boolean;
  readonly envelopes?: boolean;
  readonly refused?: string;
}

export function sendVerb(program: Command, run: Run): void {
  const command = program
    .command('send')
    .summary('send a job, or many')
    .description(
      'Sends a job. The payload is checked by the job type’s schema first. With --lines, each line of a file or of ' +
        'standard input is a job (NDJSON). Those that were not sent are written to a file. Correct what is refused in it, ' +
        'then send it: sluice send <type> --lines --envelopes @file',
    )
    .addArgument(typeArgument())
    .argument('<json>', 'the payload: JSON, @file, or - for standard input')
    .option('--id <id>', 'names the job (default: a UUIDv7)', key)
    .option('--key <key>', 'idempotency key (default: the id)', key)
    .option('--max-attempts <n>', 'attempts in all (default: the definition’s)', whole('--max-attempts', { max: 100 }))
    .option('--run-at <time>', 'when it starts, ISO 8601 with a zone, up to a year ahead')
    .option('--delay <seconds>', 'seconds until it starts', whole('--delay', { min: 0, max: 366 * 24 * 3600 }))
    .option('--tenant <tenant>', 'whose job it is: SQS shares the queue fairly between tenants')
    .option('--lines', 'a job for each line')
    .option(
      '--envelopes',
      'each job is {"payload": …} with its own id, key, maxAttempts, runAt, delaySeconds or tenant',
    )
    .option(
      '--refused <file>',
      'with --lines: new file for what was not sent (default: sluice-refused-<type>-<time>.ndjson)',
    );
  runs<Options>(command, run, async (context, [type = '', given = ''], options) => {
    const definition = definitionOf(await loadDefinitions(context.host), type);
    const { id, key: jobKey, maxAttempts, runAt, delay: delaySeconds, tenant, envelopes } = options;
    const job = { id, key: jobKey, maxAttempts, runAt, delaySeconds, tenant, envelopes: envelopes === true };
    if (options.lines) return bulk(context, definition, { given, job, refused: options.refused });
    const deps = { stage: context.stage, sqs: context.clients.sqs };
    const sent = await send(deps, definition, { ...job, text: await textArgument(given, context.host) });
    if (!context.print.result({ type, ...sent })) context.print.line(`sent ${type} ${sent.jobId}`);
    return undefined;
  });
}

type JobOptions = Omit<Parameters<typeof send>[2], 'text'>;

interface Bulk {
  readonly given: string;
  readonly job: JobOptions;
  readonly refused: string | undefined;
}

async function bulk(
  context: Context,
  definition: JobDefinition,
  { given, job, refused }: Bulk,
): Promise<ExitCode | undefined> {
  if (job.id !== undefined || job.key !== undefined) {
    throw new UsageError('--id and --key name one job: with --lines, give each its own (--envelopes)');
  }
  const { signal } = context;
  const file = refused ?? newFileName(`sluice-refused-${definition.type}`);
  if (await exists(file)) throw new UsageError(`${file} exists already: name another file with --refused`);
  const progress = makeProgress('lines', undefined, context);
  const first: RefusedLine[] = [];
  let wrong = 0;
  const sent = await sendLines({ stage: context.stage, sqs: context.clients.sqs }, definition, {
    ...job,
    ...{ lines: await linesOf(given, context.host), signal, onProgress: progress.update },
    async onRefused(line) {
      if (first.length < SHOWN) first.push(line);
      if (line.wrong) wrong += 1;
      await appendFile(file, `${line.again}\n`, { mode: 0o600 });
    },
  });
  progress.end();
  const again = `npx sluice send ${definition.type} --lines --envelopes @${file}${againOf(job)}${flagsOf(context.stage)}`;
  const wayOn = wrong > 0 ? `correct ${wrong} of its lines there, then: ${again}` : `send it again: ${again}`;
  return report(context, sent, { file, first, wayOn });
}

const SHOWN = 10;

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** Checks at once that the file exists, but opens it only when it is read: a stream that ended earlier would hang the reader. */
async function linesOf(given: string, host: Host): Promise<AsyncIterable<string>> {
  if (given !== '-' && !given.startsWith('@')) throw new UsageError('with --lines, give @file or - for standard input');
  if (given !== '-') await access(given.slice(1));
  return readLines(given, host);
}

async function* readLines(given: string, { stdin }: Host): AsyncGenerator<string> {
  yield* linesIn(given === '-' ? stdin : createReadStream(given.slice(1)));
}

/** What was not sent: the file that holds it, and the first lines of it. */
interface Unsent {
  readonly file: string;
  readonly first: readonly RefusedLine[];
  /** What to do with it. */
  readonly wayOn: string;
}

/** The options that hold for all lines, to be given again. */
function againOf({ maxAttempts, runAt, delaySeconds, tenant }: JobOptions): string {
  const named = { 'max-attempts': maxAttempts, 'run-at': runAt, delay: delaySeconds, tenant };
  return Object.entries(named)
    .flatMap(([name, value]) => (value === undefined ? [] : ` --${name} ${shellWord(String(value))}`))
    .join('');
}

function report({ print }: Context, bulkReport: BulkReport, { file, first, wayOn }: Unsent): ExitCode | undefined {
  const { failure, ...counts } = bulkReport;
  const { sent, refused, unknown, notTried, interrupted } = counts;
  const unsent = first.length > 0 ? { file } : {};
  const why = first.map(({ line, jobId, why: reason, maybeSent }) => ({ line, jobId, why: reason, maybeSent }));
  if (!print.result({ ...counts, ...unsent, first: why })) {
    print.line(`${sent} sent, ${refused} refused${notTried > 0 ? `, ${notTried} not tried` : ''}`);
    for (const one of why) print.line(`line ${one.line}: ${one.why}`);
    if (unknown > 0)
      print.line(`${unknown} of the refused may have been sent. The file keeps their ids: sent again, they run once`);
    if (first.length > 0) print.line(`what was not sent is in ${file}; ${wayOn}`);
    if (interrupted) print.line('interrupted');
  }
  if (failure !== undefined) throw failure;
  return refused + notTried > 0 ? EXIT.partly : undefined;
}
