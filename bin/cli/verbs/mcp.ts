import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { McpOptions } from '../../../lib/mcp/index.ts';
import { EXIT, type ExitCode } from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import { type CommonOptions, type Context, makeContext, whereabouts, withCommon } from '../context.ts';
import { UsageError } from '../options.ts';
import { SLUICE_FOLDER } from '../project.ts';
import { keptMaps, MAPS_FOLDER, MAPS_HELP } from '../source-maps.ts';
import type { Run } from '../verb.ts';

interface Options extends CommonOptions {
  readonly allowChanges?: boolean;
  readonly payloads?: boolean;
  readonly maps: string;
}

const PACKAGE = '@modelcontextprotocol/sdk';

export function mcpVerb(program: Command, run: Run): void {
  const command = program
    .command('mcp')
    .summary('tools for an assistant, over standard input and output')
    .description(
      'Serves the stage’s tools to an assistant by the Model Context Protocol, over standard input and output, until the input ' +
        'ends. An assistant’s settings start it. It acts with your own credentials.',
    )
    .option('--allow-changes', 'offer tools that change something, too; each says first what it would change')
    .option('--payloads', 'show bodies, payloads and results to a call that asks for them')
    .option('--maps <folder>', MAPS_HELP, MAPS_FOLDER);
  withCommon(command).action(async () => {
    const options = command.optsWithGlobals<Options>();
    if (options.json || options.wide) throw new UsageError('mcp speaks its own protocol: leave out --json and --wide');
    run.exitCode = await serve(makeContext(options, run.host), options);
  });
}

async function serve({ host, stage, clients, reconnect, signal }: Context, options: Options): Promise<ExitCode> {
  const { serveMcp } = await load();
  const { version } = JSON.parse(await readFile(join(SLUICE_FOLDER, 'package.json'), 'utf8')) as { version: string };
  const log = (line: string) => void host.stderr.write(`mcp: ${line}\n`);
  const offered: McpOptions = {
    ...{ stage, where: whereabouts(options, host), sqs: clients.sqs, connect: reconnect },
    definitions: () => loadDefinitions(host),
    ...{ allowChanges: options.allowChanges === true, payloads: options.payloads === true },
    mapOf: keptMaps(options.maps).mapOf,
    onCall: ({ tool, ms, exitCode }) => log(`${tool} ${exitCode} ${ms} ms`),
  };
  log(`stage ${stage.name}, ${options.allowChanges ? 'may change it' : 'looks only'}`);
  await serveMcp(offered, { version, stdin: host.stdin, stdout: host.stdout, signal });
  return EXIT.done;
}

/** Imported only here: other verbs start without it. */
async function load(): Promise<typeof import('../../../lib/mcp/index.ts')> {
  try {
    return await import('../../../lib/mcp/index.ts');
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(PACKAGE)) throw cause;
    throw new UsageError(`${PACKAGE} is not installed here: npm install --save-dev ${PACKAGE}`, { cause });
  }
}
