import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** LocalStack runs one batch at a time, some eight jobs a second: what waits for others' jobs waits longer there. */
const PATIENCE = process.env.SLUICE_TEST_EMULATOR === 'localstack-host' ? 2 : 1;

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    reporters: ['default', fileURLToPath(new URL('support/tools/summary-reporter.ts', import.meta.url))],
    // Two cores: the emulator and its functions need one of them.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/integration/global-setup.ts'],
          provide: { patience: PATIENCE },
          testTimeout: PATIENCE * 180_000,
          hookTimeout: PATIENCE * 240_000,
        },
      },
    ],
  },
});
