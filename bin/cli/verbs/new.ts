import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { newJobType } from '../../../lib/operator/authoring/new-job-type.ts';
import { jobType } from '../options.ts';
import { makePrinter } from '../print.ts';
import type { Run } from '../verb.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function newVerb(program: Command, { host }: Run): void {
  program
    .command('new')
    .summary('write a new job type')
    .description(
      'Writes a new job type into this checkout: definition, handler, its work, a test, its line in the catalogue.',
    )
    .argument('<type>', 'its name, as resize-image', jobType)
    .option('--json', 'print JSON, for programs')
    .option('--debug', 'show where an error came from')
    .action(async (type: string, { json }: { json?: boolean }) => {
      const print = makePrinter({ json: json === true, host });
      const made = await newJobType(type, host.root ?? ROOT);
      if (print.result({ type, ...made })) return;
      for (const file of made.files) print.line(file);
      print.note(`Now edit ${made.files[0]} and functions/${type}/perform.ts. Its test says what the job must do:`);
      print.note(`  npm run test:unit -- ${type}`);
      print.note('On this machine, where a saved file is deployed by itself:');
      print.note('  npm run local');
    });
}
