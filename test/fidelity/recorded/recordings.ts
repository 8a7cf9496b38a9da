import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request and what real AWS answered (see `pairs.json`, whose words are those of the record it was copied from). */
export interface Pair {
  readonly id: string;
  readonly title: string;
  /** The recording's source: a test that was run against AWS. */
  readonly test: string;
  /** `snapshot`: the reply is recorded verbatim; `assertion`: the test asserts it. */
  readonly evidence: 'snapshot' | 'assertion';
  /** Date of the last run against AWS, or `undated`. */
  readonly validated: string;
  readonly call: { readonly op: string; readonly params: Record<string, unknown> };
  readonly expect: { readonly ok?: unknown; readonly error?: RecordedError };
}

export interface RecordedError {
  /** SQS: the query-compatible code. DynamoDB: the name. */
  readonly code?: string;
  /** SQS: the JSON protocol's own name. */
  readonly shape?: string;
  /** Where the test asserts only a part of the code or message. */
  readonly match?: string;
  readonly message?: string;
  readonly status?: number;
  readonly Item?: Record<string, { S?: string; N?: string }>;
}

/** One sentence of the record that has no request of its own. */
export interface Fact {
  readonly id: string;
  readonly fact: string;
  readonly test: string;
  readonly validated: string;
  readonly evidence: 'snapshot' | 'assertion';
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));

export const { pairs } = read('pairs.json') as { pairs: readonly Pair[] };
export const { facts } = read('facts.json') as { facts: readonly Fact[] };

/** @throws RangeError if nothing of that id was recorded */
export function pair(id: string): Pair {
  const found = pairs.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`no recording ${id}`);
  return found;
}

/** The recorded reply of a pair that succeeded, or of one that was refused. */
export const okOf = <T>(id: string): T => pair(id).expect.ok as T;

export function errorOf(id: string): RecordedError {
  const { error } = pair(id).expect;
  if (error === undefined) throw new RangeError(`recording ${id} holds no error`);
  return error;
}

/** A pair's parameters as they were sent: generators expanded, saved values (a queue's URL) filled in. */
export function sent({ call }: Pair, queueUrl: string): unknown {
  return expanded(call.params, (name) => (name.endsWith('QueueUrl') ? queueUrl : name.replace(/^unique:/, '')));
}

function expanded(value: unknown, saved: (name: string) => string): unknown {
  if (typeof value === 'string') return value.replace(/\$\{([^}]+)\}/g, (_, name: string) => saved(name));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => expanded(one, saved));
  if ('$repeat' in value) {
    const [text, times] = value.$repeat as [string, number];
    return text.repeat(times);
  }
  if ('$each' in value && 'value' in value) {
    const { value: one } = value;
    const at = (i: number) => (name: string) => (name === 'i' ? String(i) : saved(name));
    return Array.from({ length: Number(value.$each) }, (_, i) => expanded(one, at(i)));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expanded(inner, saved)]));
}
