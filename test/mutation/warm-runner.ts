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
/** A test that takes longer under a mutant hangs: most take some milliseconds. */
const MAX_TEST_MS = 4000;

type Shim = typeof import('./vitest-shim.ts');

/** Runs vitest's test files in this process, loaded once, with one mutant active after the other. */
class WarmRunner implements TestRunner {
  readonly #files: Suite[] = [];
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
    const mutantCoverage = this.#context.mutantCoverage;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage !== undefined && { mutantCoverage }) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    Object.assign(this.#context, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    const tests = await this.#run(testFilter && new Set(testFilter));
    const hit = determineHitLimitReached(this.#context.hitCount, hitLimit);
    Object.assign(this.#context, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    return toMutantRunResult(hit ?? { status: DryRunStatus.Complete, tests });
  }

  /** Runs tests by id, all of them if there is no filter. With a filter it stops at the first that fails. */
  async #run(filter: ReadonlySet<string> | undefined): Promise<TestResult[]> {
    const results: TestResult[] = [];
    const failed = () => filter !== undefined && results.some(({ status }) => status === TestStatus.Failed);
    const visit = async (suite: Suite): Promise<void> => {
      if (failed() || !has(suite, filter, this.#isTest)) return;
      for (const hook of suite.hooks.beforeAll) await hook();
      for (const one of suite.children) {
        if (!this.#isTest(one)) await visit(one);
        else if (!failed() && filter?.has(idOf(one)) !== false) results.push(await this.#test(one));
      }
      for (const hook of suite.hooks.afterAll) await hook();
    };
    for (const file of this.#files) {
      await visit(file);
      for (const hook of this.#setup?.hooks.afterAll ?? []) await hook();
    }
    return results;
  }

  readonly #isTest = (one: Suite | Test): one is Test => 'body' in one;

  async #test(test: Test): Promise<TestResult> {
    const id = idOf(test);
    const startedAtMs = performance.now();
    if (this.#context.activeMutant === undefined) this.#context.currentTestId = id;
    const failure = await inTime(this.#body(test)).catch((error: unknown) => String(error));
    Reflect.deleteProperty(this.#context, 'currentTestId');
    const result = { id, name: id, timeSpentMs: performance.now() - startedAtMs };
    return failure === undefined
      ? { ...result, status: TestStatus.Success }
      : { ...result, status: TestStatus.Failed, failureMessage: failure };
  }

  async #body({ parent, body }: Test): Promise<undefined> {
    const around = ancestors(parent);
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

const ancestors = (suite: Suite | undefined): Suite[] =>
  suite === undefined ? [] : [...ancestors(suite.parent), suite];

const idOf = ({ name, parent }: Test): string => [...ancestors(parent).map((suite) => suite.name), name].join(' › ');

const has = (
  suite: Suite,
  filter: ReadonlySet<string> | undefined,
  isTest: (one: Suite | Test) => one is Test,
): boolean => suite.children.some((one) => (isTest(one) ? filter?.has(idOf(one)) !== false : has(one, filter, isTest)));

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test hangs')), MAX_TEST_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'warm', WarmRunner)];
