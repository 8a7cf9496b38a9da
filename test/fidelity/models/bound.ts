import { facts, pairs } from '../recorded/recordings.ts';
import type { ClientTypes } from './client-types.ts';
import { type Shape, serviceModels } from './service-models.ts';

/** A number, list or enum of AWS's, and where it is read. */
export type Source =
  /** A sentence of a client's types, whose group is the number. */
  | {
      readonly kind: 'text';
      readonly client: string;
      readonly at: string;
      readonly says: RegExp;
      readonly unit: number;
    }
  | { readonly kind: 'enum'; readonly client: string; readonly at: string }
  /** A constraint of a service model: of a shape that a client has a request of. */
  | { readonly kind: 'model'; readonly client: string; readonly shape: string; readonly of: 'min' | 'max' | 'pattern' }
  /** A reply of AWS's, or a sentence of the record. */
  | { readonly kind: 'recorded'; readonly id: string; readonly says: RegExp };

/** How ours stands to AWS's. */
export type Ours =
  | { readonly is: number | string }
  /** Kept below, on purpose. */
  | { readonly within: number }
  /** The largest that a function of ours takes; `least`: the smallest. */
  | { readonly takes: (value: number) => boolean; readonly end: 'least' | 'most' }
  /** Words that AWS must know. */
  | { readonly words: readonly string[] }
  /** Says how ours differs from a text of AWS's; undefined if it does not. */
  | { readonly differs: (now: string) => string | undefined };

/** Something of ours that rests on something of AWS's. */
export interface Bound {
  /** What it is, and the constant or option of ours. */
  readonly what: string;
  readonly ours: Ours;
  readonly from: Source;
}

/** @param says its first group is the number @param unit what one of the text's is in ours, as 1000 for seconds in ms */
export const text = (client: string, at: string, says: RegExp, unit = 1): Source => ({
  ...{ kind: 'text', client, at, says, unit },
});
export const words = (client: string, at: string): Source => ({ kind: 'enum', client, at });
export const model = (client: string, shape: string, of: 'min' | 'max' | 'pattern'): Source => ({
  ...{ kind: 'model', client, shape, of },
});
export const recorded = (id: string, says: RegExp): Source => ({ kind: 'recorded', id, says });

/** What AWS says now: a text or number, or all words of an enum. @throws Error that says what is no longer there */
function read(from: Source, types: ClientTypes): string | readonly string[] {
  switch (from.kind) {
    case 'text':
      return readText(from, types);
    case 'enum': {
      const values = types.values(from.client, from.at);
      if (values === undefined) throw new Error('the enum is gone');
      return values;
    }
    case 'model':
      return readModel(from.client, from.shape, from.of);
    case 'recorded':
      return firstGroup(recording(from.id), from.says);
  }
}

function readText({ client, at, says, unit }: Source & { kind: 'text' }, types: ClientTypes): string {
  const found = types.text(client, at);
  if (found === undefined) throw new Error('the member or command is gone');
  const group = firstGroup(found, says);
  return /^[\d,]+$/.test(group) ? String(numberIn(group) * unit) : group;
}

function readModel(client: string, shape: string, of: keyof Shape): string {
  const found = serviceModels().services[client]?.shapes[shape]?.[of];
  if (found === undefined) throw new Error(`the shape has no ${of} any more`);
  return String(found);
}

function recording(id: string): string {
  const found = pairs.find((one) => one.id === id)?.expect ?? facts.find((one) => one.id === id)?.fact;
  if (found === undefined) throw new Error('nothing of that id was recorded');
  return typeof found === 'string' ? found : JSON.stringify(found);
}

function firstGroup(found: string, says: RegExp): string {
  const group = says.exec(found)?.[1];
  if (group === undefined) throw new Error(`it no longer says ${says}, but: ${found.slice(0, 300)}`);
  return group;
}

const TEN = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const numberIn = (group: string): number => Number(group.replaceAll(',', ''));

/** @returns what does not hold; undefined if all does */
export function movedOf({ ours, from }: Bound, types: ClientTypes): string | undefined {
  try {
    const now = read(from, types);
    return typeof now === 'string' ? differs(ours, now) : unknownWords(ours, now);
  } catch (error) {
    return (error as Error).message;
  }
}

function differs(ours: Ours, now: string): string | undefined {
  const number = TEN.includes(now) ? TEN.indexOf(now) + 1 : numberIn(now);
  if ('is' in ours)
    return String(ours.is) === now || ours.is === number ? undefined : `ours is ${ours.is}, AWS says ${now}`;
  if ('within' in ours) return ours.within <= number ? undefined : `ours is ${ours.within}, AWS takes ${now} at most`;
  if ('takes' in ours) {
    const beyond = ours.end === 'most' ? number + 1 : number - 1;
    if (!ours.takes(number)) return `AWS says ${now}, ours refuses it`;
    return ours.takes(beyond) ? `AWS says ${now}, ours takes ${beyond}` : undefined;
  }
  if ('differs' in ours) return ours.differs(now);
  return unknownWords(ours, [now]);
}

function unknownWords(ours: Ours, now: readonly string[]): string | undefined {
  const unknown = 'words' in ours ? ours.words.filter((word) => !now.includes(word)) : ['(no words)'];
  return unknown.length === 0 ? undefined : `AWS no longer knows ${unknown.join(', ')}; it knows ${now.join(', ')}`;
}

/** A source as a reader finds it. */
export function placeOf(from: Source, types: ClientTypes): string {
  switch (from.kind) {
    case 'text':
    case 'enum':
      return `@aws-sdk/client-${from.client} ${types.version(from.client)}, ${from.at}`;
    case 'model': {
      const { package: name, version } = serviceModels().source;
      return `${name} ${version}, ${from.client}, ${from.shape}`;
    }
    case 'recorded':
      return `test/fidelity/recorded, ${from.id}`;
  }
}

/** A line for each that no longer holds. */
export const moved = (rows: readonly Bound[], types: ClientTypes): string[] =>
  rows.flatMap((row) => {
    const why = movedOf(row, types);
    return why === undefined ? [] : [`${row.what}: ${why} (${placeOf(row.from, types)})`];
  });

/** The clients that rows are read from. */
export const clientsOf = (rows: readonly Bound[]): string[] =>
  [...new Set(rows.flatMap(({ from }) => (from.kind === 'text' || from.kind === 'enum' ? [from.client] : [])))].sort();
