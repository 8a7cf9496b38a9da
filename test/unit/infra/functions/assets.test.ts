import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from '../../../../bin/catalogue.ts';
import { names } from '../../../../lib/contract/names.ts';
import { makeApp } from '../support/fixture.ts';

const { jobs } = await catalogue();
const assembly = makeApp({ bundle: true, jobs }).synth();
const STACKS = [names.coreStack('dev'), ...jobs.map(({ definition }) => names.jobStack('dev', definition.type))];

interface Template {
  readonly Resources: Record<string, { Type: string; Properties: { Handler: string; Code: { S3Key: string } } }>;
}

/** The folder that a stack's function is deployed from. */
function bundleOf(stackName: string): string {
  const { Resources } = assembly.getStackByName(stackName).template as Template;
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(functions.map(({ Properties }) => Properties.Handler)).toEqual(['index.handler']);
  return join(assembly.directory, `asset.${functions[0]?.Properties.Code.S3Key.replace('.zip', '')}`);
}

test.each(STACKS)('the function of %s is one minified file that needs nothing but Node', (stackName) => {
  const folder = bundleOf(stackName);
  // Its map, on a disposable stage.
  expect(readdirSync(folder)).toEqual(['index.mjs', 'index.mjs.map']);
  const code = readFileSync(join(folder, 'index.mjs'), 'utf8');
  // Searched by hand: an assertion that fails would print all of the code.
  const [exported] = /export\s*\{[^{}]*\bas handler\b[^{}]*\}/.exec(code) ?? [];
  expect(exported).toContain('as handler');
  // Lines end at some 200 characters (`lineLimit`), so that a stack quotes no more.
  expect(code.split('\n').length).toBeLessThan(code.length / 100);
  const imports = code.matchAll(/(?:^|[;}\s])(?:import|export)[^;'"()]*?from\s*["']([^"']+)["']/g);
  const imported = new Set([...imports].flatMap(([, name]) => name ?? []));
  expect([...imported].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))).toEqual([]);
});

test('a bundle is smaller than 3 MB', () => {
  for (const stackName of STACKS) {
    expect(statSync(join(bundleOf(stackName), 'index.mjs')).size, stackName).toBeLessThan(3_000_000);
  }
});
