import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const COMMAND = /[/\\]@aws-sdk[/\\].*[/\\]commands[/\\](\w+)Command\.js$/;
/** As older clients said it, in the command itself. */
const SAID = /\beventStream: \{/;

/**
 * Whether a file of the SDK is a command whose request or answer is an event stream: Bedrock's ConverseStream, S3's
 * SelectObjectContent. The client's schemas tell: an operation names its input and output, and one of them a union that streams.
 */
export async function isEventStreamCommand(file: string, text: string): Promise<boolean> {
  const [, operation] = COMMAND.exec(file) ?? [];
  if (operation === undefined) return false;
  if (SAID.test(text)) return true;
  const schemas = await schemasOf(join(dirname(file), '../schemas'));
  const shapes = referredBy(operation, schemas);
  return shapes.some((shape) => referredBy(shape, schemas).some((member) => isStream(member, schemas)));
}

async function schemasOf(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
}

/** A schema's own text: `export var Name$ = [3, …];`. */
const schemaOf = (name: string, schemas: string): string =>
  new RegExp(`\\bvar ${name}\\$ = \\[[\\s\\S]*?\\n\\];`).exec(schemas)?.[0] ?? '';

const referredBy = (name: string, schemas: string): string[] =>
  [...schemaOf(name, schemas).matchAll(/\(\) => (\w+)\$/g)].flatMap(([, referred]) => referred ?? []);

/** A union, which 4 stands for (`@smithy/types`, StaticUnionSchema), with the trait that each client names in its own short way. */
function isStream(name: string, schemas: string): boolean {
  const [, trait = ''] = /\bconst (\w+) = "streaming";/.exec(schemas) ?? [];
  const [, isUnion, rest = ''] = /\$ = \[(4, )?([\s\S]*)/.exec(schemaOf(name, schemas)) ?? [];
  return trait !== '' && isUnion !== undefined && rest.includes(`[${trait}]: 1`);
}
