import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensurePackage } from '../../../localstack/python.ts';
import { inDepth } from '../../support/depth.ts';
import { FULLEST, SETTINGS, synthesize, type TemplateJson } from './synth.ts';

const CFN_LINT = {
  spec: 'cfn-lint==1.58.0',
  what: 'the check of the templates by cfn-lint',
  otherwise: '',
};
/** W3005, a DependsOn that a Ref implies already: the CDK's Function writes one for its role. */
const IGNORED = ['W3005'];

let cfnLint: string;
let folder: string;
beforeAll(async () => {
  cfnLint = join(dirname(await ensurePackage(CFN_LINT, console.log)), 'cfn-lint');
  folder = await mkdtemp(join(tmpdir(), 'sluice-cfn-lint-'));
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

/** What cfn-lint finds: `template.json: E3002 …`. It works offline. */
async function lint(templates: Record<string, TemplateJson>): Promise<string[]> {
  const files = await Promise.all(
    Object.entries(templates).map(async ([name, template]) => {
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(template));
      return file;
    }),
  );
  const args = [
    '--format',
    'json',
    '--ignore-checks',
    ...IGNORED,
    '--regions',
    'us-east-1',
    'eu-west-1',
    '--',
    ...files,
  ];
  const { stdout } = await promisify(execFile)(cfnLint, args, { maxBuffer: 10_000_000 }).catch(
    // Its exit code says how bad the findings are; what it found is on standard output all the same.
    (error: { stdout?: string; message: string }) => {
      if (!error.stdout) throw new Error(`cfn-lint did not run: ${error.message}`);
      return { stdout: error.stdout };
    },
  );
  const found = JSON.parse(stdout) as { Filename: string; Rule: { Id: string }; Message: string }[];
  return found.map(({ Filename, Rule, Message }) => `${Filename.split('/').at(-1)}: ${Rule.Id} ${Message}`);
}

it.each(Object.entries(inDepth(SETTINGS, FULLEST)))(
  'cfn-lint passes every template of %s',
  async (_name, settings) => {
    expect(await lint(await synthesize(settings))).toEqual([]);
  },
  120_000,
);

it('cfn-lint reports a planted mistake', async () => {
  const templates = await synthesize(SETTINGS.prod);
  const { Resources } = structuredClone(templates['sluice-prod-core']) as TemplateJson;
  const rule = Object.values(Resources).find(({ Type }) => Type === 'AWS::Events::Rule');
  Object.assign(rule?.Properties ?? {}, { ScheduleExpression: 'rate(1 minutes)', Colour: 'blue' });
  expect((await lint({ planted: { Resources } })).join('\n')).toMatch(/Colour/);
}, 120_000);
