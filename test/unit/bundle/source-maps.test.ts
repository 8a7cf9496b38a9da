import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mapsIn, ownPlace, readableStack } from '../../../lib/bundle/stack.ts';
import { bundled, dependency, project, synthesized } from './support.ts';

/** It throws on line 4, in a function that a package calls. */
const FILES = {
  'handler.ts': `import call from 'caller';
type Deep = { names: string[] };
export const handler = async () => call(() =>
  (undefined as unknown as Deep).names.map((name) => name));
`,
  ...dependency('caller', 'module.exports = (what) => what();'),
};

/** The stack that a bundle's handler throws, in a process as Lambda's. */
function thrownBy(folder: string, ...options: string[]): string {
  const code = `const { handler } = await import(${JSON.stringify(join(folder, 'index.mjs'))});
    await handler().catch((error) => console.log(error.stack));`;
  return spawnSync(process.execPath, [...options, '--input-type=module', '-e', code], { encoding: 'utf8' }).stdout;
}

it('a bundle with its map beside it throws with the user’s own file and line', async () => {
  const { folder } = await bundled(FILES, { map: 'beside' });
  const stack = readableStack(thrownBy(folder, '--enable-source-maps'), () => undefined);
  expect(ownPlace(stack)).toMatch(/^\.sluice\/bundle-[\w-]+\/handler\.ts:4:34$/);
  expect(stack).toMatch(/node_modules\/caller\/index\.js:1:/);
});

it('elsewhere a frame names the content of its bundle, by which its map is found', async () => {
  const assembly = project({});
  const { folder } = await bundled(FILES, { map: { assembly } });
  expect(readdirSync(folder)).toEqual(['index.mjs']);
  const plain = await bundled(FILES);
  const bytes = (of: string) => readFileSync(join(of, 'index.mjs')).byteLength;
  expect(bytes(folder) - bytes(plain.folder), 'one comment').toBeLessThan(80);
  const stack = thrownBy(folder);
  expect(stack).toMatch(/\(probe-[0-9a-f]{16}\.mjs:\d+:\d+\)/);
  expect(ownPlace(stack)).toBeUndefined();
  const [map = ''] = readdirSync(join(assembly, 'source-maps'));
  expect(stack).toContain(map.replace('.map', ''));
  const text = readFileSync(join(assembly, 'source-maps', map), 'utf8');
  expect(text).not.toContain('names.map');
  expect(ownPlace(readableStack(stack, mapsIn(join(assembly, 'source-maps'))))).toMatch(/handler\.ts:4:34$/);
});

it('a map of older code stays beside the assembly when new code is synthesised', async () => {
  const assembly = project({});
  await bundled(FILES, { map: { assembly } });
  await bundled({ 'handler.ts': 'export const handler = async () => 1;' }, { map: { assembly } });
  expect(readdirSync(join(assembly, 'source-maps'))).toHaveLength(2);
});

it.each([
  ['dev', { NODE_OPTIONS: '--enable-source-maps' }],
  ['prod', {}],
])('stage %s: its function’s variables say %j', (stage, options) => {
  const { assembly, said } = synthesized(FILES, { context: { stage } });
  expect(said).toBe('');
  const template = readFileSync(join(assembly, `sluice-${stage}-probe.template.json`), 'utf8');
  const { Resources } = JSON.parse(template) as { Resources: Record<string, { Type: string; Properties: object }> };
  const consumer = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  const { Environment } = (consumer?.Properties ?? {}) as { Environment: { Variables: Record<string, string> } };
  const { NODE_OPTIONS } = Environment.Variables;
  expect(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }).toEqual(options);
  expect(readdirSync(assembly).includes('source-maps')).toBe(stage === 'prod');
});
