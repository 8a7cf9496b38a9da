import type { Command } from 'commander';
import { didYouMean } from '../../../lib/contract/definition/suggest.ts';
import { messageSchema } from '../../../lib/operator/authoring/schema.ts';
import { loadDefinitions } from '../catalogue.ts';
import { definitionOf, jobType, UsageError } from '../options.ts';
import type { Run } from '../verb.ts';
import { visibleJson } from '../visible.ts';

interface Options {
  readonly output?: readonly string[];
}

export function schemaVerb(program: Command, { host }: Run): void {
  program
    .command('schema')
    .summary('the JSON Schema of a job type’s messages, or of a verb’s output')
    .description(
      'Prints the JSON Schema (2020-12) of the message body of a job type, for producers in any language. With --output: of ' +
        'what a verb prints with --json, for programs that read it.',
    )
    .argument('[type]', 'job type, as send-email', jobType)
    .option('--output <verb...>', 'of what this verb prints with --json, as queues or dlq show; error: when one fails')
    .option('--debug', 'show where an error came from')
    .action(async (type: string | undefined, { output }: Options) => {
      host.stdout.write(`${visibleJson(await schemaOf(type, output?.join(' ')), 2)}\n`);
    });

  async function schemaOf(type: string | undefined, output: string | undefined): Promise<object> {
    if (output !== undefined) return outputOf(type, output);
    if (type === undefined) throw new UsageError('name a job type, as send-email, or a verb with --output');
    return messageSchema(definitionOf(await loadDefinitions(host), type));
  }
}

async function outputOf(type: string | undefined, verb: string): Promise<object> {
  if (type !== undefined) throw new UsageError('give a job type or --output, not both');
  // Imported only here: no other verb needs the schemas.
  const { OUTPUT_NAMES, outputSchema } = await import('../../schemas/index.ts');
  const schema = outputSchema(verb);
  if (schema !== undefined) return schema;
  const guess = didYouMean(verb, OUTPUT_NAMES) || `; there are: ${OUTPUT_NAMES.join(', ')}`;
  throw new UsageError(`no verb "${verb}" prints JSON${guess}`);
}
