import type { Command } from 'commander';
import { layoutOf, PROJECT } from '../../../lib/operator/authoring/layouts.ts';
import { newJobType } from '../../../lib/operator/authoring/new-job-type.ts';
import { jobType, UsageError } from '../options.ts';
import { makePrinter } from '../print.ts';
import { CONFIG_FILE, IS_PACKAGE, NO_CONFIG, ROOT } from '../project.ts';
import type { Run } from '../verb.ts';

export function newVerb(program: Command, { host }: Run): void {
  program
    .command('new')
    .summary('write a new job type')
    .description(
      'Writes a new job type into this checkout or project: definition, handler, its work, a test, its line in the catalogue.',
    )
    .argument('<type>', 'its name, as resize-image', jobType)
    .option('--json', 'print JSON, for programs')
    .option('--debug', 'show where an error came from')
    .action(async (type: string, { json }: { json?: boolean }) => {
      const print = makePrinter({ json: json === true, host });
      if (IS_PACKAGE && CONFIG_FILE === undefined) throw new UsageError(NO_CONFIG);
      const root = host.root ?? ROOT;
      const layout = layoutOf(root);
      const made = await newJobType(type, root);
      if (print.result({ type, ...made })) return;
      for (const file of made.files) print.line(file);
      print.note(
        `Now edit ${made.files[0]} and ${layout.folder}/${type}/perform.ts. Its test says what the job must do:`,
      );
      print.note(layout === PROJECT ? `  npm test -- ${type}` : `  npm run test:unit -- ${type}`);
      print.note('On this machine, where a saved file is deployed by itself:');
      print.note('  npm run local');
    });
}
