import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeApp } from './support/fixture.ts';

test('a function is bundled into one minified ES module with all it needs', async () => {
  const assembly = makeApp({ bundle: true, jobs: [] }).synth();
  const assets = readdirSync(assembly.directory).filter((name) => /^asset\.[0-9a-f]+$/.test(name));
  expect(assets).toHaveLength(1);
  const folder = join(assembly.directory, assets[0] ?? '');
  expect(readdirSync(folder)).toEqual(['index.mjs']);
  const code = readFileSync(join(folder, 'index.mjs'), 'utf8');
  const imported = [...code.matchAll(/(?:^|[;}\s])(?:import|export)[^;'"()]*?from\s*["']([^"']+)["']/g)].map(
    ([, name]) => name,
  );
  expect(imported).toContain('node:crypto');
  expect(imported.filter((name) => !name?.startsWith('node:') && !builtinModules.includes(name ?? ''))).toEqual([]);
  expect(code.split('\n').length).toBeLessThan(code.length / 500);
  const { handler } = (await import(join(folder, 'index.mjs'))) as { handler: unknown };
  expect(handler).toBeTypeOf('function');
});
