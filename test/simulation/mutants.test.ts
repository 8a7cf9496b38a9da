import { execFile } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT, workFolder } from '../../localstack/places.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS = '3000';

/** The simulation has teeth: each deliberate defect, planted in a copy of the code, breaks a promise in some schedule. */
it.each(MUTANTS)(
  'it is found that $defect',
  async ({ file, from, to }) => {
    const copy = join(await workFolder('mutants'), crypto.randomUUID());
    try {
      for (const folder of ['lib', 'test/simulation'])
        await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
      const code = await readFile(join(copy, file), 'utf8');
      expect(code.split(from), `the piece of ${file} that the defect replaces`).toHaveLength(2);
      await writeFile(
        join(copy, file),
        code.replace(from, () => to),
      );
      const run = promisify(execFile)('node', [join(copy, 'test/simulation/run.ts'), '--seeds', SEEDS, '--stop']);
      const said = await run.then(
        ({ stdout }) => `not found: ${stdout}`,
        ({ stdout }: { stdout: string }) => stdout,
      );
      expect(said).toMatch(/^seed \d+: /);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
  120_000,
);
