import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { onTestFinished } from 'vitest';
import { bundle } from '../../../../lib/bundle/bundle.ts';

/** The bundle as the stack of a traced type makes it. @returns its folder, which goes with the test */
export async function bundled(tracer: BuildOptions): Promise<string> {
  const task = await mkdtemp(join(tmpdir(), 'sluice-traced-'));
  onTestFinished(() => rm(task, { recursive: true, force: true }));
  const { code } = await bundle(join(import.meta.dirname, 'handler.ts'), tracer);
  await writeFile(join(task, 'index.mjs'), code);
  return task;
}
