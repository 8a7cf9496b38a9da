import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/**
 * Runs schedules as `npm run simulate` does, in a process of its own: twice as fast as inside vitest, whose modules are
 * not the ones that node loads, and the only way to plant a defect into them.
 */
export function simulateOutside(...options: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, '--workers', '1', ...options], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        output: stdout + stderr,
      });
    });
  });
}
