import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './support/compile-cache.ts';
import { makeProgressReporter } from './support/tools/progress-reporter.ts';
import { LongestFirst } from './support/tools/sequencer.ts';

/** LocalStack runs one batch at a time, some eight jobs a second: what waits for others' jobs waits longer there. */
const ON_LOCALSTACK = process.env.SLUICE_TEST_EMULATOR === 'localstack-host';
const PATIENCE = ON_LOCALSTACK ? 2 : 1;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A process of their own each: they load modules under an environment of their own, replace modules, or start programs. */
const ISOLATED = ['test/unit/{functions,localstack,structure,bundle}/**/*.test.ts'];

/** What is tried in part by `npm test`, and in full by `npm run test:deep`: `inject('deep')` tells which. */
const PARTLY = [
  'test/faults/simulation/schedules.test.ts',
  'test/faults/simulation/mutants/*.test.ts',
  'test/unit/aws/short/differential.test.ts',
  'test/fidelity/templates/synth.test.ts',
  'test/unit/bin/{endpoint,lines,sluice}.test.ts',
  'test/unit/engine/job/report-in-time.test.ts',
  'test/unit/functions/generate-report/report-csv.test.ts',
  'test/unit/functions/sync-data/sync-data.test.ts',
  'test/unit/infra/core-size.test.ts',
];

/** What `npm run test:deep` alone runs. */
const DEEP = [
  'test/bench/scale/{drill,engine}.test.ts',
  'test/faults/explore/explore.test.ts',
  'test/faults/simulation/points/*.test.ts',
  'test/fidelity/{recorded,runtime}/*.test.ts',
  'test/fidelity/templates/{cfn-lint,judged-in-parts,same-templates,handlers}.test.ts',
  // Whole synths, and the linter and the compiler over a whole repository.
  'test/unit/infra/checks/template-rules.test.ts',
  'test/unit/operator/authoring/new-job-type.test.ts',
  'test/unit/package/*.test.ts',
  // Some thirty processes of the command, one after another.
  'test/unit/bin/catalogue.test.ts',
];
/**
 * They need the emulator. One compiles for the toolchains of four languages. The others bring up stages of their own: to compare
 * each call of each function with its role, to deploy a newer version under load and roll it back, for the pages that say how
 * stages and types are deployed, upgraded, removed and brought back, and for the tour of `npm start`.
 */
const DEEP_INTEGRATION = [
  'test/integration/{iam-replay,init,languages,large-payloads,operation,removal,stages,team,tour,upgrade}.test.ts',
];

/** On the embedded emulator alone: the console, which is not the stage's, and pages whose deploys take minutes on LocalStack. */
const ON_EMBEDDED = ['test/integration/{console,init,large-payloads,removal,stages,team,tour,upgrade}.test.ts'];

/** In a real Chromium: what it takes to draw ten thousand rows, for one, runs in depth alone. */
const DEEP_BROWSER = ['test/browser/deep/*.test.ts'];

const ELSEWHERE = ['test/integration/**', 'test/browser/**', ...PARTLY, ...DEEP];

const unit = {
  // Enough for a busy machine. No test waits that long.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
  setupFiles: [here('support/setup.ts')],
};
/** The CDK's own rules take a second or two a synth. Those that are about them switch them on; whole templates have them. */
const withoutCdkRules = { ...unit, env: { ...unit.env, CDK_VALIDATION: 'false' } };
/** A page waits for what it needs, and says what that was: the test itself has far longer. */
const browser = {
  globalSetup: ['test/browser/global-setup.ts'],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 30_000 } },
};
const integration = {
  globalSetup: ['test/integration/global-setup.ts'],
  provide: { patience: PATIENCE },
  testTimeout: PATIENCE * 180_000,
  hookTimeout: PATIENCE * 240_000,
};

export default defineConfig({
  test: {
    root: here('..'),
    reporters: ['default', makeProgressReporter(), here('support/tools/summary-reporter.ts')],
    // Two cores, of which the emulator and its functions need one. What runs on the embedded one mostly waits.
    maxWorkers: ON_LOCALSTACK ? 2 : 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...withoutCdkRules,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...ISOLATED],
          // One process for many files: half of their time would go into loading the same modules again.
          isolate: false,
        },
      },
      { test: { ...withoutCdkRules, name: 'unit-isolated', include: ISOLATED, exclude: ELSEWHERE } },
      { test: { ...unit, name: 'unit-part', include: PARTLY, provide: { deep: false } } },
      { test: { ...unit, name: 'deep', include: [...PARTLY, ...DEEP], provide: { deep: true } } },
      { test: { ...unit, ...browser, name: 'browser', include: ['test/browser/*.test.ts'] } },
      { test: { ...unit, ...browser, name: 'deep-browser', include: DEEP_BROWSER } },
      {
        test: {
          ...integration,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ON_LOCALSTACK ? ON_EMBEDDED : DEEP_INTEGRATION,
        },
      },
      ...(ON_LOCALSTACK ? [] : [{ test: { ...integration, name: 'deep-integration', include: DEEP_INTEGRATION } }]),
    ],
  },
});
