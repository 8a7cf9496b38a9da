/**
 * Stands for `vitest` in the process of the mutation test: it collects a file's tests once, so that they can be run again
 * and again. Vitest itself would load every module anew for each mutant, which takes a hundred times as long. `expect`,
 * `vi` and `inject` are vitest's own.
 */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

type Body = () => unknown;
type Hook = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

export interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly children: (Suite | Test)[];
  readonly hooks: Record<Hook, Body[]>;
}

export interface Test {
  /** Its suites, its name, and a hash of its text and its row: a test that was changed is another test to Stryker. */
  readonly id: string;
  readonly parent: Suite;
  readonly body: Body;
}

Object.assign(globalThis, {
  __vitest_worker__: {
    ...{ config: { expect: {}, snapshotOptions: {}, fakeTimers: {} }, environment: { name: 'node' }, ctx: {} },
    ...{ metaEnv: process.env, providedContext: { deep: false }, durations: {}, rpc: {} },
  },
});
// The resolve hook maps `vitest` to this module, but not from here.
export const { expect, vi, inject } = await import('vitest');

const newSuite = (name: string, parent?: Suite): Suite => ({
  ...{ name, parent, children: [], hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] } },
});
let current = newSuite('');
let finished: Body[] = [];

/** The tests that a module registers while it is loaded. */
export async function collect(name: string, load: () => Promise<unknown>): Promise<Suite> {
  const suite = newSuite(name);
  current = suite;
  await load();
  return suite;
}

function suite(name: string, body: Body): void {
  const parent = current;
  current = newSuite(name, parent);
  parent.children.push(current);
  body();
  current = parent;
}

type Given = Body | { readonly timeout?: number } | number | undefined;

/** The body may come before its options or after them. */
const bodyOf = (given: readonly Given[]): ((...args: unknown[]) => unknown) =>
  given.find((one) => typeof one === 'function') ?? (() => undefined);

function single(name: string, body: Body, text: string): void {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const id = [...ancestors(current).map((one) => one.name), name, hash].join(' › ');
  current.children.push({ id, parent: current, body });
}

export const ancestors = (suite: Suite | undefined): Suite[] =>
  suite === undefined ? [] : [...ancestors(suite.parent), suite];

/** A test or suite for each row; their names differ by the row's number. */
const each =
  (one: typeof single) =>
  (rows: readonly unknown[]) =>
  (name: string, ...given: Given[]) => {
    for (const [i, row] of rows.entries()) {
      const args = Array.isArray(row) ? row : [row];
      one(`${name} #${i}`, () => bodyOf(given)(...args), bodyOf(given) + inspect(args, { depth: 4 }));
    }
  };

const plain = (name: string, ...given: Given[]) => single(name, bodyOf(given), String(bodyOf(given)));
const skipIf = (skips: boolean) => (skips ? () => undefined : plain);

const makeTest = () =>
  Object.assign((name: string, ...given: Given[]) => plain(name, ...given), { each: each(single), skipIf });

export const describe = Object.assign(suite, { each: each(suite) });
export const test = makeTest();
export const it = makeTest();

const hook = (name: Hook) => (body: Body) => void current.hooks[name].push(body);
export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const afterAll = hook('afterAll');
export const onTestFinished = (body: Body) => void finished.push(body);

/** What a test asked to be done after it. */
export function takeFinished(): Body[] {
  const taken = finished;
  finished = [];
  return taken;
}
