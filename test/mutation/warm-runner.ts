import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { testsOf } from './rooms.ts';
import type { Suite, Test } from './vitest-shim.ts';

const SHIM = new URL('vitest-shim.ts', import.meta.url).href;
const SETUP = 'test/support/setup.ts';
/** A test that takes so much longer under a mutant than without one hangs: most take some milliseconds. */
const HANGS = { afterMs: 3000, factor: 5 };
/** Without a mutant a test may take its time: the code is instrumented, and the machine may be busy. */
const MAX_DRY_TEST_MS = 60_000;
/** Tests fake the clock. */
const { setTimeout, clearTimeout } = globalThis;

type Shim = typeof import('./vitest-shim.ts');

/** Runs vitest's test files in this process, loaded once, with one mutant active after the other. */
class WarmRunner implements TestRunner {
  readonly #files: Suite[] = [];
  /** What each test took without a mutant, by its id. */
  readonly #tookMs = new Map<string, number>();
  #setup: Suite | undefined;
  #shim: Shim | undefined;
  readonly #context = contextOf();

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vitest' && context.parentURL !== SHIM
          ? { url: SHIM, format: 'module-typescript', shortCircuit: true }
          : next(specifier, context),
    });
    // A mutant may leave a rejection behind: the test that it belongs to says whether that matters.
    process.on('unhandledRejection', () => undefined);
    const shim = (await import(SHIM)) as Shim;
    this.#shim = shim;
    const load = (file: string) => shim.collect(file, () => import(pathToFileURL(resolve(file)).href));
    this.#setup = await load(SETUP);
    for (const file of globSync(testsOf(process.env.SLUICE_MUTATION_ROOM ?? ''))) this.#files.push(await load(file));
  }

  async dryRun(): Promise<DryRunResult> {
    const tests = await this.#run(undefined);
    for (const { id, timeSpentMs } of tests) this.#tookMs.set(id, timeSpentMs);
    const mutantCoverage = this.#context.mutantCoverage;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage !== undefined && { mutantCoverage }) };
  }

  async mutantRun({ activeMutant, testFilter, ...given }: MutantRunOptions): Promise<MutantRunResult> {
    // Stryker's limit is a hundred times what was hit without a mutant, which a loop with waits takes minutes to reach.
    const hitLimit = given.hitLimit && Math.max(1000, given.hitLimit / 10);
    Object.assign(this.#context, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    const tests = await this.#run(testFilter && new Set(testFilter));
    const hit = determineHitLimitReached(this.#context.hitCount, hitLimit);
    Object.assign(this.#context, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    return toMutantRunResult(hit ?? { status: DryRunStatus.Complete, tests });
  }

  /** Runs tests by id, all of them if there is no filter. With a filter, quick ones are first, and the first failure ends it. */
  async #run(filter: ReadonlySet<string> | undefined): Promise<TestResult[]> {
    const results: TestResult[] = [];
    const failed = () => filter !== undefined && results.some(({ status }) => status === TestStatus.Failed);
    const visit = async (suite: Suite): Promise<void> => {
      if (failed() || testsIn(suite, filter).length === 0) return;
      try {
        for (const hook of suite.hooks.beforeAll) await hook();
        for (const one of this.#quickFirst(suite.children, filter)) {
          if (!isTest(one)) await visit(one);
          else if (!failed() && filter?.has(one.id) !== false) results.push(await this.#test(one));
        }
        for (const hook of suite.hooks.afterAll) await hook();
      } catch (error) {
        // The tests of a suite fail with its hooks.
        for (const { id } of testsIn(suite, filter)) results.push(failedWith(error, id));
      }
    };
    for (const file of this.#quickFirst(this.#files, filter)) {
      await visit(file);
      for (const hook of this.#setup?.hooks.afterAll ?? []) await hook();
    }
    return results;
  }

  #quickFirst<One extends Suite | Test>(all: readonly One[], filter: ReadonlySet<string> | undefined): readonly One[] {
    if (filter === undefined) return all;
    const tests = (one: Suite | Test) => (isTest(one) ? [one] : testsIn(one, filter));
    const sum = (one: Suite | Test) => tests(one).reduce((ms, { id }) => ms + (this.#tookMs.get(id) ?? 0), 0);
    const sums = new Map(all.map((one) => [one, sum(one)]));
    return all.toSorted((a, b) => (sums.get(a) ?? 0) - (sums.get(b) ?? 0));
  }

  async #test(test: Test): Promise<TestResult> {
    const id = test.id;
    const startedAtMs = performance.now();
    const isDry = this.#context.activeMutant === undefined;
    if (isDry) this.#context.currentTestId = id;
    const limitMs = isDry ? MAX_DRY_TEST_MS : HANGS.afterMs + HANGS.factor * (this.#tookMs.get(id) ?? 0);
    const failure = await inTime(this.#body(test), limitMs).catch((error: unknown) => String(error));
    Reflect.deleteProperty(this.#context, 'currentTestId');
    const result = { id, name: id, timeSpentMs: performance.now() - startedAtMs };
    return failure === undefined
      ? { ...result, status: TestStatus.Success }
      : { ...result, status: TestStatus.Failed, failureMessage: failure };
  }

  async #body({ parent, body }: Test): Promise<undefined> {
    const around = this.#shim?.ancestors(parent) ?? [];
    for (const { hooks } of around) for (const hook of hooks.beforeEach) await hook();
    try {
      await body();
    } finally {
      for (const finished of this.#shim?.takeFinished() ?? []) await finished();
      for (const { hooks } of around.toReversed()) for (const hook of hooks.afterEach) await hook();
    }
    return undefined;
  }
}

/** What the instrumented code and the runner tell each other. */
function contextOf(): InstrumenterContext {
  const everywhere = globalThis as unknown as Record<string, InstrumenterContext | undefined>;
  everywhere[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {} as InstrumenterContext;
  return everywhere[INSTRUMENTER_CONSTANTS.NAMESPACE] as InstrumenterContext;
}

const isTest = (one: Suite | Test): one is Test => 'body' in one;

const testsIn = (suite: Suite, filter: ReadonlySet<string> | undefined): Test[] =>
  suite.children
    .flatMap((one) => (isTest(one) ? one : testsIn(one, filter)))
    .filter(({ id }) => filter?.has(id) !== false);

const failedWith = (error: unknown, id: string): TestResult => ({
  ...{ id, name: id, timeSpentMs: 0, status: TestStatus.Failed, failureMessage: String(error) },
});

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test hangs')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'warm', WarmRunner)];
