import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { loadConfig } from '../../../lib/config/load-config.ts';
import { didYouMean } from '../../../lib/contract/definition/suggest.ts';
import { loadDefinitions } from '../catalogue.ts';
import { UsageError } from '../options.ts';
import { CONFIG_FILE, IS_PACKAGE, ROOT, SLUICE_FOLDER } from '../project.ts';
import type { Run } from '../verb.ts';
import { visibleLines } from '../visible.ts';

export function completionVerb(program: Command, { host }: Run): void {
  program
    .command('completion')
    .summary('a script that completes this command in a shell')
    .description(
      'Prints a script for bash, zsh or fish that completes verbs, options, their values, job types and stages. It asks this ' +
        'command for job types and stages, of the catalogue: no call goes to AWS. In bash: source <(npx sluice completion bash)',
    )
    .argument('<what>', 'bash, zsh or fish; or what the scripts ask: types, stages')
    .option('--debug', 'show where an error came from')
    .action(async (what: string) => {
      host.stdout.write(visibleLines(await answerTo(what)));
    });

  async function answerTo(what: string): Promise<string> {
    if (what === 'types') return linesOf((await loadDefinitions(host)).map(({ type }) => type));
    if (what === 'stages') return linesOf(await stageNames());
    // Imported only here: no other verb needs the scripts.
    const { completionScript, SHELLS } = await import('../completion/index.ts');
    const shell = SHELLS.find((one) => one === what);
    if (shell === undefined)
      throw new UsageError(`completion is for bash, zsh or fish, got "${what}"${didYouMean(what, SHELLS)}`);
    return completionScript(program, shell, [process.execPath, join(SLUICE_FOLDER, 'bin/sluice.mjs')]);
  }
}

const linesOf = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('');

/** The stages of `bin/stages.ts`, or of the project's `sluice.config.ts`. */
async function stageNames(): Promise<string[]> {
  if (IS_PACKAGE) return CONFIG_FILE === undefined ? [] : Object.keys((await loadConfig(CONFIG_FILE)).stages ?? {});
  // By a name that the compiler does not follow: the package is built without this checkout's stages.
  const { stages } = (await import(pathToFileURL(join(ROOT, 'bin/stages.ts')).href)) as { stages: object };
  return Object.keys(stages);
}
