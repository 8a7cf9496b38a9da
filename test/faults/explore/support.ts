import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/** Explores as `npm run explore` does, in a process of its own: only there a defect can be planted. */
export async function exploreOutside(...options: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [RUN, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  return { code, output };
}
