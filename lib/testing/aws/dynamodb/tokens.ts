import { awsError } from '../faults.ts';

const TOKEN = /\s*(<=|>=|<>|[=<>(),+.[\]-]|[:#][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\d+)/y;

/** The words and signs of an expression, read one after the other. */
export interface Tokens {
  /** The whole expression. */
  readonly text: string;
  peek(): string | undefined;
  next(): string;
  /** Takes the next token if it is this one, in any case. */
  take(token: string): boolean;
  /** Takes a function's name, in this very case, and the bracket that follows. */
  takeCall(name: string): boolean;
  expect(token: string): void;
}

/** The same few expressions come again and again: each is cut once. */
const cut = new Map<string, readonly string[]>();
const MOST_CUT = 1000;

function cutUp(expression: string): readonly string[] {
  const known = cut.get(expression);
  if (known !== undefined) return known;
  const all: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < expression.trimEnd().length) {
    const at = pattern.lastIndex;
    const token = pattern.exec(expression)?.[1];
    if (token === undefined) throw invalid(`cannot read "${expression.slice(at, at + 20)}"`);
    all.push(token);
  }
  if (cut.size >= MOST_CUT) cut.clear();
  cut.set(expression, all);
  return all;
}

export function tokens(expression: string): Tokens {
  const all = cutUp(expression);
  let position = 0;
  const next = () => {
    const token = all[position++];
    if (token === undefined) throw invalid(`"${expression}" ends too early`);
    return token;
  };
  const take = (token: string) => {
    const here = all[position];
    if (here !== token && here?.toUpperCase() !== token.toUpperCase()) return false;
    position += 1;
    return true;
  };
  const takeCall = (name: string) => {
    if (all[position] !== name || all[position + 1] !== '(') return false;
    position += 2;
    return true;
  };
  const expect = (token: string) => {
    if (!take(token)) throw invalid(`expected "${token}" in "${expression}", got "${all[position] ?? 'its end'}"`);
  };
  return { text: expression, peek: () => all[position], next, take, takeCall, expect };
}

/** What DynamoDB refuses. */
export const invalid = (message: string): Error => awsError('ValidationException', `Invalid expression: ${message}`);

/** A form of which the in-memory DynamoDB does not know what DynamoDB makes of it: it says neither yes nor no. */
export class UnknownFormError extends Error {
  override readonly name = 'UnknownFormError';

  constructor(form: string, expression: string) {
    super(`the in-memory DynamoDB does not know ${form} in "${expression}", which DynamoDB may take`);
  }
}
