import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/**
 * Runs schedules as `npm run simulate` does, in a process of its own: twice as fast as inside vitest, whose modules are
 * not the ones that node loads, and the only way to plant a defect into them. Its progress goes to stderr.
 */
export async function simulateOutside(...options: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [RUN, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  return { code, output };
}
