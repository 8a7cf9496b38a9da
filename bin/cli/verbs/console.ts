import type { Command } from 'commander';
import type { JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import { EXIT, type ExitCode } from '../../../lib/operator/index.ts';
import { CatalogueError, loadDefinitions } from '../catalogue.ts';
import { consoleLine, newLinkByKey, openInBrowser, startedConsole } from '../console.ts';
import { type CommonOptions, type Context, makeContext, whereabouts, withCommon } from '../context.ts';
import { UsageError } from '../options.ts';
import { keptMaps, MAPS_FOLDER } from '../source-maps.ts';
import type { Run } from '../verb.ts';

interface Options extends CommonOptions {
  readonly port?: number;
  readonly open: boolean;
  readonly readOnly?: boolean;
  readonly payloads: boolean;
}

export function consoleVerb(program: Command, run: Run): void {
  const command = program
    .command('console')
    .summary('a page on this machine that shows and steers a stage')
    .description(
      'Serves a page on 127.0.0.1 that shows a stage and does what the other verbs do, with your own credentials, until ' +
        'Ctrl-C. Its link opens once; the key c prints another.',
    )
    .option('--port <port>', 'port to listen on (default: a free one)', portOf)
    .option('--no-open', 'print the link, and open no browser')
    .option('--read-only', 'nothing can be changed')
    .option('--no-payloads', 'no body, payload or result is shown');
  withCommon(command).action(async () => {
    const options = command.optsWithGlobals<Options>();
    run.exitCode = await serve(makeContext(options, run.host), options);
  });
}

function portOf(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError(`--port must be 0 to 65535, got ${value}`);
}

async function serve(context: Context, options: Options): Promise<ExitCode> {
  const { host, stage, clients, signal, print } = context;
  const running = await startedConsole({
    ...{
      stage,
      sqs: clients.sqs,
      connect: context.reconnect,
      definitions: await definitionsOf(context),
      where: whereabouts(options, host),
    },
    mapOf: keptMaps(MAPS_FOLDER).mapOf,
    ...{ readOnly: options.readOnly === true, payloads: options.payloads },
    ...(options.port !== undefined && { port: options.port }),
    ...(options.debug && { onRequest: ({ method, route, status }) => print.note(`${method} ${route} ${status}`) }),
  });
  print.note(consoleLine(running.link));
  if (options.open && !(await openInBrowser(running.link))) print.note('no browser opened: open the link yourself');
  const giveBack = newLinkByKey(host, () => print.note(consoleLine(running.newLink())));
  await aborted(signal);
  giveBack();
  const unfinished = await running.stop();
  for (const line of unfinished) print.note(`unfinished; goes on with: ${line}`);
  return unfinished.length === 0 ? EXIT.done : EXIT.interrupted;
}

/** Beside a catalogue that does not load the console shows the stage: nothing can be sent, checked or cancelled. */
async function definitionsOf({ host, print }: Context): Promise<readonly JobDefinition[]> {
  return loadDefinitions(host).catch((error: unknown) => {
    if (!(error instanceof CatalogueError)) throw error;
    print.note(`${error.message}; without it no job can be sent, corrected or cancelled here`);
    return [];
  });
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
