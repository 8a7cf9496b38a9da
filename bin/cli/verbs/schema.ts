import type { Command } from 'commander';
import { messageSchema } from '../../../lib/operator/authoring/schema.ts';
import { loadDefinitions } from '../catalogue.ts';
import { definitionOf, jobType } from '../options.ts';
import type { Run } from '../verb.ts';
import { visibleJson } from '../visible.ts';

export function schemaVerb(program: Command, { host }: Run): void {
  program
    .command('schema')
    .summary('the JSON Schema of a job type’s messages')
    .description('Prints the JSON Schema (2020-12) of the message body of a job type, for producers in any language.')
    .argument('<type>', 'job type, as send-email', jobType)
    .option('--debug', 'show where an error came from')
    .action(async (type: string) => {
      const definition = definitionOf(await loadDefinitions(host), type);
      host.stdout.write(`${visibleJson(messageSchema(definition), 2)}\n`);
    });
}
