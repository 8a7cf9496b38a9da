import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundle } from '../../../lib/bundle/bundle.ts';
import { workFolder } from '../../../localstack/places.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HANDLERS = readdirSync(`${ROOT}functions`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('each Powertools package', () => {
  it('has one version in the lock file, the same for all', () => {
    const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    const found = Object.entries(packages).filter(([path]) => path.includes('node_modules/@aws-lambda-powertools/'));
    expect(found.length).toBeGreaterThan(4);
    expect(new Set(found.map(([, { version }]) => version)).size).toBe(1);
    // A second copy of a package would stand below another one.
    expect(found.filter(([path]) => path.split('node_modules/').length > 2)).toEqual([]);
  });
});

it('each client of the AWS SDK has one version, the same for all', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const clients = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) =>
    /^@aws-sdk\/(client|lib)-/.test(name),
  );
  expect(clients.length).toBeGreaterThan(10);
  expect(new Set(clients.map(([, version]) => version)).size).toBe(1);
});

it('each package that another one asks for is in the lock file: npm ci refuses it otherwise', () => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
    packages: Record<string, Partial<Record<'dependencies' | 'optionalDependencies', Record<string, string>>>>;
  };
  const known = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const asked = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => ({ path, name })),
  );
  expect(asked.length).toBeGreaterThan(500);
  expect(asked.filter(({ name }) => !known.has(name))).toEqual([]);
});

describe.each(HANDLERS)('the bundle of %s', (folder) => {
  it('holds each package once', async () => {
    const { metafile } = await bundle(`${ROOT}functions/${folder}/handler.ts`, { absWorkingDir: ROOT });
    const places = new Map<string, Set<string>>();
    for (const path of Object.keys(metafile.inputs)) {
      const [, place, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path) ?? [];
      if (place !== undefined && name !== undefined) places.set(name, (places.get(name) ?? new Set()).add(place));
    }
    expect(places.size).toBeGreaterThan(5);
    expect([...places].filter(([, copies]) => copies.size > 1)).toEqual([]);
  });
});

describe('the linter', () => {
  it.each([
    ["import { z } from 'zod';", true],
    ["import z from 'zod';", true],
    ["import * as z from 'zod';", false],
  ])('on "%s" reports that it does not tree-shake: %s', async (line, refused) => {
    const file = join(await workFolder('lint'), `${randomUUID()}.ts`);
    await writeFile(file, `${line}\n\nexport const schema = z.string();\n`);
    // One rule: others would have it read the whole repository first.
    const args = ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', file];
    const lint = promisify(execFile)(`${ROOT}node_modules/.bin/biome`, args, { cwd: ROOT });
    const said = await lint.then(
      () => 'nothing',
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
    await rm(file);
    expect(said.includes('noRestrictedImports')).toBe(refused);
  });
});
