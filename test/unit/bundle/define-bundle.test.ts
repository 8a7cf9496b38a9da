import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEventStreamCommand } from '../../../lib/bundle/event-stream-command.ts';
import { defineBundle } from '../../../lib/bundle/index.ts';
import { bundled, dependency, project, run, synthesized } from './support.ts';

const BUILDS = 'node_modules/@msgpackr-extract';

const returning = (imports: string, value: string) => `${imports}\nexport const handler = async () => ${value};\n`;
const bundleFile = (options: string) =>
  `import { defineBundle } from '../../lib/bundle/index.ts';\nexport const bundle = defineBundle(${options});\n`;

describe('a bundle', () => {
  it('runs a dependency that reads __dirname and __filename', async () => {
    const { said, folder } = await bundled({
      'handler.ts': returning(`import where from 'where';`, 'where'),
      ...dependency('where', 'module.exports = [__dirname, __filename];'),
    });
    expect(said).toBe('');
    expect(await run(folder)).toEqual([folder, join(folder, 'index.mjs')]);
  });

  it('runs code that declares __dirname and require itself', async () => {
    const code = `import { createRequire } from 'node:module';
      const __dirname = 'mine'; const require = createRequire(import.meta.url);`;
    const { said, folder } = await bundled({ 'handler.ts': returning(code, '[__dirname, typeof require]') });
    expect(said).toBe('');
    expect(await run(folder)).toEqual(['mine', 'function']);
  });

  it.each(['require', 'require$1', 'load'])(
    'holds what a dependency requires by a %s that it made itself',
    async (made) => {
      const code = `import { createRequire } from 'node:module';
      const ${made} = createRequire(import.meta.url);
      export const read = () => [${made}('./data.json').n, ${made}('#inner'), typeof ${made}.resolve, optional()];
      function optional() { try { return ${made}('not-installed'); } catch ({ code }) { return code; } }`;
      const pkg = { name: 'reader', type: 'module', exports: './index.js', imports: { '#inner': './inner.cjs' } };
      const { said, folder } = await bundled({
        'handler.ts': returning(`import { read } from 'reader';`, 'read()'),
        ...dependency('reader', code, {
          'package.json': JSON.stringify(pkg),
          'data.json': '{ "n": 1 }',
          'inner.cjs': `module.exports = 'inner';`,
        }),
      });
      expect(said).toBe('');
      rmSync(join(folder, '../../node_modules'), { recursive: true });
      expect(await run(folder)).toEqual([1, 'inner', 'function', 'MODULE_NOT_FOUND']);
    },
  );

  it('reads decorators as the tsconfig.json above the file says', async () => {
    const code = `function tag(target: object, name: string, at: number) { Object.assign(target, { tagged: name + at }); }
      class Mail { send(_text: string, @tag to: string) { return to; } }`;
    const { said, folder } = await bundled({
      'tsconfig.json': JSON.stringify({ extends: './base.json' }),
      'base.json': JSON.stringify({ compilerOptions: { experimentalDecorators: true } }),
      'handler.ts': returning(code, '(new Mail() as unknown as { tagged: string }).tagged'),
    });
    expect(said).toBe('');
    expect(await run(folder)).toBe('send1');
  });

  it.each([
    ['./mail.html', 'handler.ts'],
    ['../mail.html', 'deep/read.ts'],
    ['./mail.html', 'deep/read.ts'],
  ])('holds %s, which %s names beside it', async (named, file) => {
    const read = `import { readFileSync } from 'node:fs';
      export const mail = () => readFileSync(new URL('${named}', import.meta.url), 'utf8');`;
    const { said, folder } = await bundled({
      [join(file, '..', named)]: '<p>Hello</p>',
      ...(file === 'handler.ts'
        ? { 'handler.ts': returning(read, 'mail()') }
        : { [file]: read, 'handler.ts': returning(`import { mail } from './${file}';`, 'mail()') }),
    });
    expect(said).toBe('');
    expect(await run(folder)).toBe('<p>Hello</p>');
  });
});

describe('what is cut for Sluice’s own code is there for a user’s that', () => {
  it('writes JSON Schema', async () => {
    const { said, folder } = await bundled({
      'handler.ts': returning(`import * as z from 'zod';`, 'z.toJSONSchema(z.object({ n: z.number() }))'),
    });
    expect(said).toBe('');
    expect(await run(folder)).toMatchObject({ type: 'object', properties: { n: { type: 'number' } } });
  });

  it('writes JSON Schema by a schema’s own method', async () => {
    const { folder } = await bundled({
      'handler.ts': returning(`import * as z from 'zod';`, 'z.string().toJSONSchema()'),
    });
    expect(await run(folder)).toMatchObject({ type: 'string' });
  });

  it('asks for an event stream', async () => {
    const code = `import { S3Client, SelectObjectContentCommand } from '@aws-sdk/client-s3';
      const s3 = new S3Client({ region: 'eu-west-1' });`;
    const { said, folder } = await bundled({
      'handler.ts': returning(code, '[SelectObjectContentCommand, s3].length'),
    });
    expect(said).toBe('');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).not.toContain('event streams are left out');
  });

  it.each([
    ['', '0', false],
    [' { [_stre]: 1 }', '_stre', true],
    [' { [_a]: 1, [_st]: 1 }', '_st', true],
    [' { [_other]: 1 }', '_st', false],
  ])('a command of an SDK’s client is a stream by the traits of its answer: %s', async (traits, short, streams) => {
    const folder = project({
      'node_modules/@aws-sdk/client-x/dist-es/commands/AskCommand.js': 'export class AskCommand {}',
      'node_modules/@aws-sdk/client-x/dist-es/schemas/schemas_0.js': `const ${short.replace(/^0$/, '_st')} = "streaming";
export var AskResponse$ = [3, n0, _AR,
    0, [_s], [[() => AskOutput$, 16]]
];
export var AskOutput$ = [4, n0, _AO,
   ${traits}, [_a], [() => Event$]
];
export var Ask$ = [9, n0, _A,
    { [_h]: 1 }, () => AskRequest$, () => AskResponse$
];
`,
    });
    const file = join(folder, 'node_modules/@aws-sdk/client-x/dist-es/commands/AskCommand.js');
    expect(await isEventStreamCommand(file, '')).toBe(streams);
  });

  it('looks for credentials elsewhere', async () => {
    const code = `import { defaultProvider } from '@aws-sdk/credential-provider-node';`;
    const { said, folder } = await bundled({ 'handler.ts': returning(code, 'String(defaultProvider)') });
    expect(said).toBe('');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toContain('Could not load credentials from any providers');
  });

  it('reads the alarms of its definition', async () => {
    const code = `import * as z from 'zod';
      import { defineJob } from '../../lib/contract/index.ts';
      const definition = defineJob({ type: 'probe', payload: z.object({}) });`;
    const plain = await bundled({ 'handler.ts': returning(code, 'definition.type') });
    expect(await run(plain.folder)).toBe('probe');
    expect(readFileSync(join(plain.folder, 'index.mjs'), 'utf8')).not.toContain('can never fire');
    const { folder } = await bundled({ 'handler.ts': returning(code, 'definition.alarms') });
    expect(await run(folder)).toMatchObject({ queueDepth: 1000, deadLetters: 1 });
  });

  it('searches with JMESPath', async () => {
    const code = `import { search } from '@aws-lambda-powertools/jmespath';`;
    const { said, folder } = await bundled({
      'handler.ts': returning(code, `search('a[?b > \`1\`].b', { a: [{ b: 1 }, { b: 2 }] })`),
    });
    expect(said).toBe('');
    expect(await run(folder)).toEqual([2]);
  });
});

describe('bundle.ts beside a handler', () => {
  it('brings assets, of the handler’s folder and of a package', async () => {
    const { said, folder } = await bundled({
      'handler.ts': returning(
        `import { readFileSync } from 'node:fs'; import font from 'fonts';`,
        `[readFileSync(import.meta.dirname + '/texts/a.txt', 'utf8'), font()]`,
      ),
      'texts/a.txt': 'a text',
      'bundle.ts': bundleFile(`{ assets: ['texts', { from: 'fonts/data', to: 'data' }] }`),
      ...dependency('fonts', `module.exports = () => require('fs').readFileSync(__dirname + '/data/font', 'utf8');`, {
        'data/font': 'a font',
      }),
    });
    expect(said).toBe('');
    expect(await run(folder)).toEqual(['a text', 'a font']);
  });

  it('says how a file is read', async () => {
    const { folder } = await bundled({
      'handler.ts': returning(`import mail from './mail.html';`, 'mail'),
      'mail.html': '<p>Hello</p>',
      'bundle.ts': bundleFile(`{ loader: { '.html': 'text' } }`),
    });
    expect(await run(folder)).toBe('<p>Hello</p>');
  });

  it('leaves out what a layer brings, and adds the layer', () => {
    const layer = 'arn:aws:lambda:eu-west-1:123456789012:layer:fonts:3';
    const { said, folder, assembly } = synthesized({
      'handler.ts': returning(`import { draw } from 'in-a-layer/draw'; const pen = draw.pen();`, 'draw(pen)'),
      'bundle.ts': bundleFile(`{ external: ['in-a-layer'], layers: ['${layer}'] }`),
    });
    expect(said).toBe('');
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toContain('("in-a-layer/draw")');
    expect(readFileSync(join(assembly, 'sluice-dev-probe.template.json'), 'utf8')).toContain(layer);
  });

  it('installs a package with native code, for Lambda’s machine, and for this one on an emulator', async () => {
    const files = {
      'handler.ts': returning(`import { extractStrings } from 'msgpackr-extract';`, 'typeof extractStrings'),
      'bundle.ts': bundleFile(`{ install: ['msgpackr-extract'] }`),
    };
    const { said, folder } = await bundled(files);
    expect(said).toBe('');
    expect(readdirSync(join(folder, BUILDS))).toEqual(['msgpackr-extract-linux-arm64']);
    const here = await bundled(files, { target: 'host' });
    expect(readdirSync(join(here.folder, BUILDS))).toEqual([`msgpackr-extract-${process.platform}-${process.arch}`]);
    expect(await run(here.folder)).toBe('function');
  });

  it.each([
    [{ extern: ['a'] }, 'unknown option "extern"; there are external, install, assets, loader, layers'],
    [{ external: ['./a'] }, 'external: "./a" must be the name of a package'],
    [{ install: 'sharp' }, 'install must be a list, got "sharp"'],
    [{ assets: ['../a'] }, 'assets: "../a" lies outside of the function’s folder'],
    [{ assets: [{ from: 'a', to: 'index.mjs' }] }, 'assets: "index.mjs" lies outside'],
    [{ loader: { html: 'text' } }, 'loader: "html" must be an ending, as ".html"'],
    [{ loader: { '.html': 'txt' } }, 'loader of .html must be one of js'],
    [{ layers: ['fonts'] }, 'layers: "fonts" must be the ARN of a version'],
    [{ external: ['a'], install: ['a'] }, 'a is in external and in install'],
  ])('is refused: %j', (options, said) => {
    expect(() => defineBundle(options as Parameters<typeof defineBundle>[0])).toThrow(said.replaceAll('’', "'"));
  });
});
