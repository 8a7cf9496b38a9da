import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { definitions } from '../../../functions/index.ts';
import { newJobType } from '../../../lib/operator/authoring/new-job-type.ts';
import { messageSchema } from '../../../lib/operator/authoring/schema.ts';
import { definitionOf, jobType } from '../options.ts';
import { makePrinter } from '../print.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function schemaVerb(program: Command): void {
  program
    .command('schema')
    .summary('the JSON Schema of a job type’s messages')
    .description('Prints the JSON Schema (2020-12) of the message body of a job type, for producers in any language.')
    .argument('<type>', 'job type, as send-email', jobType)
    .action((type: string) => {
      process.stdout.write(`${JSON.stringify(messageSchema(definitionOf(definitions, type)), undefined, 2)}\n`);
    });
}

export function newVerb(program: Command): void {
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
      const print = makePrinter({ json: json === true });
      const made = await newJobType(type, ROOT);
      if (print.result({ type, ...made })) return;
      for (const file of made.files) print.line(file);
      print.note(`Change ${made.files[0]} and functions/${type}/perform.ts into what you want.`);
    });
}
