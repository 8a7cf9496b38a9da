import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The type definitions of AWS's clients, as their packages ship them: texts of members and commands, enums, shapes. */
export interface ClientTypes {
  /** Of a client's package, as 3.1164.0. */
  version(client: string): string;
  /**
   * The text that stands before a member or a command, in one line and without marks.
   *
   * @param at `Shape.member`, or a command's name, as `SendMessageBatchCommand`
   * @returns undefined if there is no such member or command
   */
  text(client: string, at: string): string | undefined;
  /** Values of an enum, in their order; undefined if there is none of that name. */
  values(client: string, name: string): readonly string[] | undefined;
  /** Members of a shape: whether each is required, and its type; undefined if there is no such shape. */
  members(client: string, shape: string): ReadonlyMap<string, Member> | undefined;
}

export interface Member {
  readonly required: boolean;
  /** As it is written, without `undefined`. */
  readonly type: string;
  readonly text: string;
}

/** Where `npm install` put them. */
export const INSTALLED = join(import.meta.dirname, '../../../node_modules');

/** @param root a folder that holds `@aws-sdk/client-…` */
export function readClientTypes(root: string): ClientTypes {
  const kept = new Map<string, Shapes>();
  const shapesOf = (client: string) => {
    const known = kept.get(client) ?? readShapes(folderOf(root, client));
    kept.set(client, known);
    return known;
  };
  return {
    version: (client) => versionIn(join(folderOf(root, client), 'package.json')),
    text(client, at) {
      const [shape = '', member] = at.split('.');
      if (member !== undefined) return shapesOf(client).interfaces.get(shape)?.get(member)?.text;
      const file = join(folderOf(root, client), 'dist-types/commands', `${at}.d.ts`);
      return existsSync(file) ? plain(readFileSync(file, 'utf8').split('@example')[0] ?? '') : undefined;
    },
    values: (client, name) => shapesOf(client).enums.get(name),
    members: (client, shape) => shapesOf(client).interfaces.get(shape),
  };
}

interface Shapes {
  readonly interfaces: ReadonlyMap<string, ReadonlyMap<string, Member>>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

const folderOf = (root: string, client: string) => join(root, '@aws-sdk', `client-${client}`);

function versionIn(file: string): string {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}

const INTERFACE = /^export interface (\w+)[^{\n]*\{\n([\s\S]*?)^\}/gm;
const MEMBER = /(?:\/\*\*([\s\S]*?)\*\/\s*)?^ {4}(?:readonly )?(\w+)(\??): ([^;]+);/gm;
const ENUM = /^export declare const (\w+): \{\n([\s\S]*?)^\};/gm;
const VALUE = /readonly "?[^:]+: "([^"]*)";/g;

/** @throws Error if the package ships no types where they are expected */
function readShapes(folder: string): Shapes {
  const models = join(folder, 'dist-types/models');
  const files = readdirSync(models).filter((name) => name.endsWith('.d.ts'));
  const all = files.map((name) => readFileSync(join(models, name), 'utf8')).join('\n');
  const interfaces = [...all.matchAll(INTERFACE)].map(([, name = '', body = '']) => [name, membersIn(body)] as const);
  const enums = [...all.matchAll(ENUM)].map(([, name = '', body = '']) => [name, valuesIn(body)] as const);
  if (interfaces.length === 0) throw new Error(`${models} declares no interface: where do this client's types stand?`);
  return { interfaces: new Map(interfaces), enums: new Map(enums) };
}

/** A required member has `undefined` in its type, an optional one a question mark beside. */
function membersIn(body: string): ReadonlyMap<string, Member> {
  const found = [...body.matchAll(MEMBER)].map(([, text = '', name = '', mark, type = '']): [string, Member] => [
    name,
    { required: mark === '', type: type.replace(/ \| undefined$/, ''), text: plain(text) },
  ]);
  return new Map(found);
}

const valuesIn = (body: string) => [...body.matchAll(VALUE)].map(([, value = '']) => value);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" };

const plain = (text: string) =>
  text
    .replace(/^\s*\*\s?/gm, '')
    .replace(/<[^>]+>/g, '')
    .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
