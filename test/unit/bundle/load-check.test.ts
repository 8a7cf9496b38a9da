import { expect, it } from 'vitest';
import { bundled, dependency, synthesized } from './support.ts';

const handler = 'export const handler = async () => undefined;\n';

it.each([
  [
    'throws while it is loaded',
    { 'handler.ts': `throw new RangeError('too early');\n${handler}` },
    /RangeError: too early/,
  ],
  ['exports no handler', { 'handler.ts': 'export const handle = 1;' }, /exports no function `handler`/],
  [
    'requires what is only on this machine',
    {
      'handler.ts': `import x from 'lazy';\nconsole.log(x);\n${handler}`,
      ...dependency('lazy', `module.exports = require(['zo', 'd'].join(''));`),
    },
    /Cannot find module 'zod'/,
  ],
  [
    'reads a file that is not in it',
    {
      'handler.ts': `import './reads.ts';\n${handler}`,
      'reads.ts': `import { readFileSync } from 'node:fs';\nreadFileSync(import.meta.dirname + '/a.txt');`,
    },
    /ENOENT.*\/var\/task\/a\.txt/,
  ],
])('a bundle is refused that %s', async (_what, files, said) => {
  expect((await bundled(files)).said).toMatch(said);
});

it.each(['dev', 'prod'])('synth of stage %s refuses a bundle that cannot be loaded, and says where', (stage) => {
  const { said } = synthesized(
    { 'handler.ts': `throw new RangeError('too early');\n${handler}` },
    { context: { stage } },
  );
  expect(said).toMatch(/sluice-\w+-probe cannot be loaded as on Lambda. RangeError: too early.*handler\.ts:1/);
});

it('the function’s own variables are set while it is loaded', () => {
  const code = `for (const name of ['SLUICE_STAGE', 'SLUICE_QUEUE_URL', 'AWS_LAMBDA_FUNCTION_NAME', 'LAMBDA_TASK_ROOT'])
    if (!process.env[name]) throw new Error('no ' + name);
  new URL(process.env.SLUICE_QUEUE_URL ?? '');
  if (process.env.PATH?.includes('node_modules')) throw new Error('a variable of this machine');\n`;
  expect(synthesized({ 'handler.ts': code + handler }).said).toBe('');
});

it('a handler that keeps its process busy is loaded all the same', async () => {
  expect((await bundled({ 'handler.ts': `setInterval(() => undefined, 1000);\n${handler}` })).said).toBe('');
});

it('a native module that is bundled is refused with the way out', async () => {
  const files = {
    'handler.ts': `import x from 'native';\nconsole.log(x);\n${handler}`,
    ...dependency('native', `module.exports = require('./build/native.node');`, { 'build/native.node': '' }),
  };
  await expect(bundled(files)).rejects.toThrow(
    /native\/index\.js:1:\d+: No loader.*name it in `install` of bundle\.ts/,
  );
});
