import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const IMPORT = /(?:from|import\(|import)\s*['"](?:\.{1,2}\/)+functions\/([a-z0-9-]+)\//g;
/** Beside a type's own folder and the catalogue: the tests that go with it (`functions/README.md`, "Remove a demo"). */
const GOES_WITH = (type: string) => new RegExp(`^test/(unit/functions|faults/chaos/app)/${type}[./]`);

it('only a job type’s own tests import it: so it can be deleted', () => {
  const files = globSync('{bin,lib,localstack,test}/**/*.ts', { cwd: ROOT });
  const imports = files.flatMap((file) =>
    [...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(IMPORT)].map(([, type = '']) => ({ file, type })),
  );
  expect(files.length).toBeGreaterThan(400);
  expect(imports.filter(({ file, type }) => type !== 'dispatcher' && !GOES_WITH(type).test(file))).toEqual([]);
});

it('of another job type none imports more than its definition', () => {
  const files = globSync('functions/*/*.ts', { cwd: ROOT });
  const others = files.filter((file) =>
    /from '\.\.\/[a-z][^']*(?<!\/definition\.ts)'/.test(readFileSync(`${ROOT}${file}`, 'utf8')),
  );
  expect(others).toEqual([]);
});
