import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Between two lines: a log of minutes stays readable, and nobody takes it for stuck. */
const EVERY_MS = 30_000;

const nameOf = ({ moduleId }: TestModule) => relative(process.cwd(), moduleId);

/** Says how far a run is where no terminal shows it: a line every 30 s. */
export function makeProgressReporter(): Reporter {
  const running = new Set<string>();
  const count = { files: 0, of: 0, passed: 0, failed: 0 };
  let timer: NodeJS.Timeout | undefined;
  const say = (startedMs: number) => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    const { files, of, passed, failed } = count;
    const far = `${seconds} s: ${files} of ${of} files, ${passed} tests passed, ${failed} failed`;
    console.log(`  ${far}; running: ${[...running].join(', ')}`);
  };
  return {
    onTestRunStart(specifications) {
      count.of = specifications.length;
      const startedMs = Date.now();
      if (!process.stdout.isTTY) timer = setInterval(() => say(startedMs), EVERY_MS).unref();
    },
    onTestModuleStart: (module) => void running.add(nameOf(module)),
    onTestCaseResult(test) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed') count[state] += 1;
    },
    onTestModuleEnd(module) {
      running.delete(nameOf(module));
      count.files += 1;
    },
    onTestRunEnd: () => clearInterval(timer),
  };
}
