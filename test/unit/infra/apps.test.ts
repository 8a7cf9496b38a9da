import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { all } from '../../fidelity/templates/edges.ts';
import { resolveAll } from '../../fidelity/templates/intrinsics.ts';
import { synthesize, type Templates } from '../../fidelity/templates/synth.ts';
import { jobs, makeApp } from './support/fixture.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ACCOUNT = '123456789012';
const PLACES = ['eu-west-1', 'us-east-1'].flatMap((region) =>
  ['dev', 'prod'].flatMap((stage) => ['sluice', 'shop'].map((app) => ({ app, stage, region }))),
);

const deployed = await Promise.all(
  PLACES.map(async (place) => {
    const settings = { ...place, encryption: 'kms', emailSender: 'jobs@example.com' };
    const templates = resolveAll(await synthesize(settings), { account: ACCOUNT, region: place.region });
    return { ...place, templates };
  }),
);

const of = (app: string): Templates =>
  deployed.find((one) => one.app === app && one.stage === 'prod' && one.region === 'eu-west-1')?.templates ?? {};

/** Names that are given, whatever they name. */
function namesIn(templates: Templates): Set<string> {
  const given = Object.values(templates).flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties).flatMap(([key, value]) =>
        /^(Name|\w+Name)$/.test(key) && typeof value === 'string' ? [`${Type} ${key} ${value}`] : [],
      ),
    ),
  );
  const own = [...given.filter((name) => !/ (Namespace|MetricName|PolicyName) /.test(name))];
  return new Set([...own, ...Object.keys(templates).map((name) => `AWS::CloudFormation::Stack StackName ${name}`)]);
}

/** Names that more than one of them gives. */
function twice(sets: readonly ReadonlySet<string>[]): string[] {
  const seen = sets.flatMap((set) => [...set]);
  return [...new Set(seen.filter((name, i) => seen.indexOf(name) !== i))];
}

/** Kinds of names that are one region's alone; all others are the account's, or the world's (AWS's page of each service). */
const OF_A_REGION =
  /^AWS::(CloudFormation::Stack|CloudWatch::(Alarm|CompositeAlarm)|DynamoDB::GlobalTable|Lambda::\w+|Logs::(LogGroup|QueryDefinition)|SNS::Topic|SQS::Queue|SecretsManager::Secret|KMS::Alias|SES::\w+|SSM::Parameter|Scheduler::\w+) /;

describe('two apps, each in two stages and two regions of one account', () => {
  test('give no name twice in a region', () => {
    for (const region of ['eu-west-1', 'us-east-1']) {
      const names = deployed.filter((one) => one.region === region).map(({ templates }) => namesIn(templates));
      expect(names.map(({ size }) => size > 50)).toEqual([true, true, true, true]);
      expect(twice(names)).toEqual([]);
    }
  });

  test('give no name twice that is the account’s', () => {
    const names = deployed.map(({ templates }) => namesIn(templates));
    const ofAccount = names.map((set) => new Set([...set].filter((name) => !OF_A_REGION.test(name))));
    // Managed policies and dashboards.
    expect(ofAccount.map(({ size }) => size > 3)).toEqual(PLACES.map(() => true));
    expect(twice(ofAccount)).toEqual([]);
  });
});

describe('two apps in one stage', () => {
  const foreign = { sluice: /\bshop[-/]prod/, shop: /\bsluice[-/]prod/ };

  test.each(['sluice', 'shop'] as const)('%s names nothing of the other, in no right and no metric', (app) => {
    const text = JSON.stringify(of(app));
    expect(text).toContain(`${app}-prod-send-email`);
    expect(text).not.toMatch(foreign[app]);
  });

  test('the dispatcher of one has no right to the other’s queues', () => {
    const queues = (app: string) =>
      [...JSON.stringify(all(of(app), 'AWS::IAM::Policy')).matchAll(/arn:aws:sqs:[^"]+/g)].map(([arn]) => arn);
    expect(queues('shop')).toContain(`arn:aws:sqs:eu-west-1:${ACCOUNT}:shop-prod-*`);
    expect(queues('shop').filter((arn) => !arn.includes(`${ACCOUNT}:shop-prod-`))).toEqual([]);
    expect(queues('sluice').filter((arn) => !arn.includes(`${ACCOUNT}:sluice-prod-`))).toEqual([]);
  });

  test('their metrics have the stages prod and shop/prod', () => {
    const stages = (app: string) => new Set(JSON.stringify(of(app)).match(/(?<="Name":"Stage","Value":")[^"]*/g));
    expect([stages('sluice'), stages('shop')]).toEqual([new Set(['prod']), new Set(['shop/prod'])]);
  });
});

test('an app without a name is sluice: its templates are the same', async () => {
  expect(await synthesize({ stage: 'prod' })).toEqual(await synthesize({ stage: 'prod', app: 'sluice' }));
});

/** What is named so is no resource: the service of log lines and traces, and a file of the command's. */
const NO_RESOURCE = /serviceName|service\.name|makeLogger|newFileName/;

test('no source but lib/contract/names.ts puts a name together with sluice-', () => {
  const files = globSync('{bin,functions,lib,localstack}/**/*.ts', { cwd: ROOT });
  const made = files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => /[`/]sluice-\$\{/.test(line) && !NO_RESOURCE.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect([files.length > 300, made]).toEqual([true, []]);
});

describe('app, stage and type', () => {
  const entry = jobs[0]?.entry ?? '';
  const deploy = (length: number) => {
    const definition = defineJob({ type: 'x'.repeat(length), payload: z.unknown() });
    makeApp({ jobs: [{ definition, entry }], context: { app: 'a'.repeat(16), stage: 's'.repeat(16) } });
  };

  test('may have 62 characters together', () => expect(() => deploy(30)).not.toThrow());

  test('are refused beyond them, with the types that are too long', () => {
    expect(() => deploy(31)).toThrow(
      `app, stage and job type have 62 characters together, since a function's name has 64: with app "${'a'.repeat(16)}" and ` +
        `stage "${'s'.repeat(16)}", 30 are left for a type, and too long are "${'x'.repeat(31)}" (31): choose shorter names`,
    );
  });
});
