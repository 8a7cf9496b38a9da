import type { Command } from 'commander';
import { EXIT } from '../../../lib/operator/index.ts';
import { UsageError } from '../options.ts';
import { CONFIG_FILE, IS_PACKAGE, NO_CONFIG } from '../project.ts';
import type { Run } from '../verb.ts';
import { visibleLines } from '../visible.ts';

export function localVerb(program: Command, run: Run): void {
  program
    .command('local')
    .summary('keep a stage up on this machine, without AWS')
    .description(
      'Keeps a stage up on this machine until Ctrl-C, and deploys what is saved. It needs Python 3.10 or newer.',
    )
    .option('--stage <stage>', 'its name', 'dev')
    .option('--emulator <kind>', 'localstack, localstack-host or embedded (default: what this machine can run)')
    .option('--no-console', 'without the console')
    .action(async ({ stage, emulator, console }: { stage: string; emulator?: string; console: boolean }) => {
      if (IS_PACKAGE && CONFIG_FILE === undefined) throw new UsageError(NO_CONFIG);
      // Imported only here: it needs esbuild, which a machine that only operates stages does not have.
      const { keepUp, messagesOf } = await import('../../../localstack/keep-up.ts').catch((cause: unknown) => {
        if (!String(cause).includes("'esbuild'")) throw cause;
        throw new UsageError('esbuild is not installed here: npm install --save-dev esbuild aws-cdk', { cause });
      });
      try {
        await keepUp({ stage, emulator, console });
      } catch (error) {
        run.host.stderr.write(visibleLines(`sluice: ${messagesOf(error).join('\n  ')}\n`));
        run.exitCode = EXIT.partly;
      }
    });
}
