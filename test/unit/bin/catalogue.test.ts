import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSluice, type Sluice } from '../../support/cli.ts';

const shop = (file: string) => readFileSync(new URL(`../../support/shop/${file}`, import.meta.url), 'utf8');

/** The tests' own catalogue, read as the checkout's: whatever job types that has. */
const OWN = Object.fromEntries(
  [
    ['index.ts', 'catalogue.ts'],
    ...['send-email', 'process-payment', 'sync-data', 'generate-report'].map((type) => [`${type}/definition.ts`]),
  ].map(([file = '', from = file]) => [new URL(`../../../functions/${file}`, import.meta.url).href, shop(from)]),
);

/** Node's options that make a file of that catalogue read as if this had been replaced by that in it. */
function edited(file: string, from: string, to: string): string {
  const hook = `
    import { registerHooks } from 'node:module';
    const own = ${JSON.stringify(OWN)};
    const format = 'module-typescript';
    registerHooks({
      resolve(specifier, context, next) {
        const url = specifier.startsWith('./') ? new URL(specifier, context.parentURL).href : '';
        return url in own ? { url, format, shortCircuit: true } : next(specifier, context);
      },
      load(url, context, next) {
        const loaded = url in own ? { source: own[url], format, shortCircuit: true } : next(url, context);
        if (!url.endsWith(${JSON.stringify(file)})) return loaded;
        const source = String(loaded.source);
        if (!source.includes(${JSON.stringify(from)})) throw new Error('nothing to replace in ' + url);
        return { ...loaded, source: source.replace(${JSON.stringify(from)}, ${JSON.stringify(to)}) };
      },
    });`;
  return `--import=data:text/javascript,${encodeURIComponent(hook)}`;
}

const EMAIL = '/functions/send-email/definition.ts';
const CATALOGUE = '/functions/index.ts';
const WRONG = edited(EMAIL, 'timeoutSeconds:', 'timeoutSeconds: 60 *');
const AWAY = {
  ...{ AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' },
  AWS_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
};

let sluice: Sluice & { home: string };
beforeAll(async () => {
  sluice = await makeSluice({ ...AWAY, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
});
afterAll(() => rm(sluice.home, { recursive: true }));

const ran = async (args: string, NODE_OPTIONS: string) => {
  const { code, stdout, stderr } = await sluice(args.split(' '), { env: { NODE_OPTIONS } });
  return { code, stdout, stderr };
};

describe('beside a definition that is wrong', () => {
  test.each([
    ...['queues', 'job send-email a', 'dead', 'dlq show send-email', 'dlq redrive send-email --yes'],
    ...[
      'dlq purge send-email --yes',
      'retry send-email a',
      'pause send-email',
      'resume send-email',
      'drain send-email',
    ],
  ])('%s works: it loads no catalogue', async (args) => {
    // It comes as far as AWS, which does not answer.
    expect(await ran(args, WRONG)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^sluice: no answer from AWS/),
    });
  });

  test.each(['--help', 'send --help'])('%s works', async (args) => {
    expect(await ran(args, WRONG)).toMatchObject({ code: 0, stderr: '' });
  });

  test('new works, as far as the name that it is given', async () => {
    expect((await ran('new catalogue', WRONG)).stderr).toMatch(/already/);
  });

  test.each([
    ...['schema send-email', 'send send-email {}', 'cancel send-email a', 'doctor'],
    'dlq redrive send-email --body {}',
  ])('%s ends with a line that says which, and where', async (args) => {
    const { code, stdout, stderr } = await ran(args, WRONG);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^sluice: the catalogue \(functions\/index\.ts\) does not load: JobDefinitionError: send-email: timeoutSeconds must be .*1 to 840 .*, got 1800 \(functions\/send-email\/definition\.ts:\d+\)\n$/,
    );
  });

  test('--debug shows the stack', async () => {
    const { stderr } = await ran('schema send-email --debug', WRONG);
    expect(stderr).toMatch(/\n +at .*functions\/send-email\/definition\.ts/);
  });
});

describe('a catalogue that does not load is told in a line:', () => {
  test.each([
    [
      'text that is not TypeScript',
      edited(EMAIL, 'defineJob({', 'defineJob({{'),
      /SyntaxError: .* \(functions\/send-email\/definition\.ts:\d+\)\n$/,
    ],
    [
      'an exception',
      edited(EMAIL, 'export const', "throw new Error('at\\nload');\nexport const"),
      /Error: at load \(functions\/send-email\/definition\.ts:\d+\)\n$/,
    ],
    ['something else that is thrown', edited(EMAIL, 'export const', "throw 'at load';\nexport const"), /: at load\n$/],
    [
      'a file that is gone',
      edited(CATALOGUE, './send-email/definition.ts', './send-mail/definition.ts'),
      /Cannot find module .*send-mail\/definition\.ts/,
    ],
    [
      'a package that is gone',
      edited(EMAIL, 'export const', "import 'gone-package';\nexport const"),
      /Cannot find package 'gone-package'/,
    ],
    [
      'a name that its file does not export',
      edited(CATALOGUE, 'import { sendEmail }', 'import { sendMail as sendEmail }'),
      /does not provide an export named 'sendMail'/,
    ],
    [
      'no definitions',
      edited(CATALOGUE, 'export const definitions =', 'const definitions ='),
      /must export `definitions`/,
    ],
  ])('%s', async (_, options, said) => {
    const { code, stderr } = await ran('schema send-email', options);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(stderr).toMatch(/^sluice: the catalogue \(functions\/index\.ts\) .*\n$/);
  });
});
