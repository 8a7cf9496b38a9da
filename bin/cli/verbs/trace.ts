import type { Command } from 'commander';
import { readableStack } from '../../../lib/operator/index.ts';
import { textArgument } from '../options.ts';
import { keptMaps, MAPS_FOLDER, MAPS_HELP } from '../source-maps.ts';
import type { Run } from '../verb.ts';
import { visibleLines } from '../visible.ts';

export function traceVerb(program: Command, { host }: Run): void {
  program
    .command('trace')
    .summary('a stack trace by your own files and lines')
    .description(
      'Prints a text with its stack frames by the files and lines that you wrote. A frame of a deployed function names its ' +
        'bundle, as sluice-prod-send-email-0123456789abcdef.mjs:12:345; the map of that name is kept where it was deployed from.',
    )
    .argument('[text]', 'the text, @file, or - for standard input', '-')
    .option('--maps <folder>', MAPS_HELP, MAPS_FOLDER)
    .action(async (text: string, { maps }: { maps: string }) => {
      const given = await textArgument(text, host);
      const { mapOf, missing } = keptMaps(maps);
      host.stdout.write(visibleLines(`${readableStack(given, mapOf).trimEnd()}\n`));
      for (const line of missing()) host.stderr.write(visibleLines(`${line}\n`));
    });
}
