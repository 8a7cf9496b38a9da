import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JobResources, StageProfile, StageProfiles } from '../../../../lib/infra/index.ts';
import { jobs, makeApp, plain, synthesize } from '../support/fixture.ts';
import { ofType, one } from '../support/template.ts';

const entry = jobs[0]?.entry ?? '';
const MAIL = { emailSender: 'jobs@example.com' };
const resources: JobResources = ({ consumer, setting }) =>
  void consumer.addEnvironment('SENDER', setting('emailSender') ?? 'none');

const FILE: StageProfiles = {
  dev: { disposable: true },
  prod: {
    ...{
      account: '111122223333',
      region: 'eu-west-1',
      encryption: 'kms',
      alarmEmails: ['a@example.com', 'b@example.com'],
    },
    ...{ allowedProducers: ['444455556666'], runbook: 'https://example.com/runbook', jobDashboards: false },
    settings: MAIL,
  },
  shop: { app: 'shop', stage: 'prod' },
};

afterEach(() => void vi.unstubAllEnvs());

const app = (context: Record<string, string>, stages: StageProfiles = FILE) =>
  makeApp({ jobs: [{ definition: plain, entry, resources }], context, stages });
const refusal = (context: Record<string, string>, profile: Partial<StageProfile> | Record<string, unknown>) => {
  try {
    app({ stage: 'prod', ...context }, { prod: profile });
    return 'it is taken';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

describe('a stage in the file', () => {
  const { core, plain: job } = synthesize(app({ stage: 'prod' }));

  test('has all that its entry says, by its name alone', () => {
    const subscribed = ofType(core?.resources ?? [], 'AWS::SNS::Subscription').map(
      ({ properties }) => properties.Endpoint,
    );
    expect(subscribed).toEqual(['a@example.com', 'b@example.com']);
    expect(ofType(core?.resources ?? [], 'AWS::KMS::Key')).toHaveLength(1);
    expect(JSON.stringify(core?.template)).toContain('444455556666');
    expect(JSON.stringify(job?.template)).toContain('https://example.com/runbook');
    expect(ofType(job?.resources ?? [], 'AWS::CloudWatch::Dashboard')).toEqual([]);
    const { Variables } = one(job?.resources ?? [], 'AWS::Lambda::Function').properties.Environment as {
      Variables: Record<string, string>;
    };
    expect(Variables.SENDER).toBe('jobs@example.com');
  });

  test('is deployed to its account and region alone, and keeps its data', () => {
    for (const { stack } of [core, job].flatMap((one) => one ?? [])) {
      expect([stack.account, stack.region, stack.terminationProtection]).toEqual(['111122223333', 'eu-west-1', true]);
    }
  });

  test('takes what a setting says beside it, or the same', () => {
    const beside = app({ stage: 'prod', region: 'eu-west-1', schedules: 'off' });
    expect(Object.keys(synthesize(beside))).toEqual(['core', 'plain']);
  });

  test.each([
    [{ stage: 'dev' }, 'sluice-dev-core'],
    [{}, 'sluice-dev-core'],
    [{ stage: 'shop' }, 'shop-prod-core'],
    [{ stage: 'shop/prod' }, 'shop-prod-core'],
    [{ stage: 'prod', app: 'shop' }, 'shop-prod-core'],
    [{ stage: 'shop', app: 'shop' }, 'shop-prod-core'],
    [{ stage: 'dev', app: 'mine' }, 'mine-dev-core'],
    [{ stage: 'test' }, 'sluice-test-core'],
  ])('%j chooses %s', (context, name) => {
    expect(app(context as Record<string, string>).node.tryFindChild(name)).toBeDefined();
  });

  test('on an emulator has the settings that no emulator has of its own', () => {
    const local = synthesize(app({ stage: 'prod', emulator: 'embedded', emailSender: 'local@example.com' }));
    expect(ofType(local.core?.resources ?? [], 'AWS::KMS::Key')).toEqual([]);
    expect(ofType(local.core?.resources ?? [], 'AWS::SNS::Subscription')).toEqual([]);
    expect(ofType(local.plain?.resources ?? [], 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(JSON.stringify(local.plain?.template)).toContain('"SENDER":"local@example.com"');
    expect(local.core?.stack.environment).toBe('aws://unknown-account/unknown-region');
  });

  test('may stand in two regions, each with an entry', () => {
    const both = { eu: { stage: 'prod', region: 'eu-west-1' }, us: { stage: 'prod', region: 'us-east-1' } };
    const regions = ['eu', 'us'].map((stage) => synthesize(app({ stage }, both)).core?.stack);
    expect(regions.map((stack) => [stack?.stackName, stack?.region])).toEqual([
      ['sluice-prod-core', 'eu-west-1'],
      ['sluice-prod-core', 'us-east-1'],
    ]);
    expect(() => app({ stage: 'prod' }, both)).toThrow(
      '"stages" has stage "prod" as eu and us: choose one by -c stage=',
    );
  });
});

describe('what is refused before anything is done:', () => {
  const ENTRY = 'RangeError: stage "prod" of "stages"';

  test.each([
    [
      'an unknown field',
      { alarmEmail: ['a@example.com'] },
      `${ENTRY}: unknown field "alarmEmail"; did you mean "alarmEmails"?`,
    ],
    ['a list that is text', { alarmEmails: 'a@example.com' }, `${ENTRY}: "alarmEmails" must be a list of texts`],
    ['an account that is none', { account: '1234' }, `${ENTRY}: "account" must be text as ^\\d{12}$, got "1234"`],
    ['a region that is none', { region: 'Frankfurt' }, `${ENTRY}: "region" must be text as`],
    ['a switch that is text', { disposable: 'no' }, `${ENTRY}: "disposable" must be true or false, got "no"`],
    ['an app that is none', { app: 'my-shop' }, `${ENTRY}: app must be 1 to 16`],
    ['settings that are none', { settings: { retries: 3 } }, `${ENTRY}: "settings" must be names and texts`],
    [
      'a field among the settings',
      { settings: { region: 'eu-west-1' } },
      `${ENTRY}: "settings" must leave out "region"`,
    ],
    [
      'a setting that nothing reads',
      { settings: { emailSendr: 'a' } },
      `${ENTRY}: no job type reads the setting "emailSendr"; did you mean "emailSender"?`,
    ],
    ['an address that is none', { alarmEmails: ['nobody'] }, 'RangeError: alarmEmail must be e-mail addresses'],
    ['a key without a region', { encryption: 'kms' }, 'RangeError: encryption=kms needs a region'],
  ] as const)('%s', (_, profile, why) => expect(refusal({}, profile)).toContain(why));

  test.each([
    [
      { region: 'us-east-1' },
      { region: 'eu-west-1' },
      '-c region=us-east-1 contradicts stage "prod" of "stages", which has "eu-west-1"',
    ],
    [{ alarmEmail: 'b@example.com' }, { alarmEmails: ['a@example.com'] }, '-c alarmEmail=b@example.com contradicts'],
    [{ disposable: 'true' }, { disposable: false }, '-c disposable=true contradicts'],
    [{ emailSender: 'b@example.com' }, { settings: MAIL }, '-c emailSender=b@example.com contradicts'],
    [
      { app: 'other' },
      { app: 'shop' },
      '-c app=other contradicts stage "prod" of "stages", which has "shop": leave it out',
    ],
  ])('%j beside %j', (context, profile, why) =>
    expect(refusal(context as Record<string, string>, profile)).toContain(why),
  );

  test('credentials of another account, unless they deploy it', () => {
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', '999999999999');
    const profile = { account: '111122223333' };
    expect(refusal({}, profile)).toContain(
      `${ENTRY} is of account 111122223333, and these credentials are of account 999999999999: take those of 111122223333`,
    );
    expect(refusal({}, { ...profile, deployFrom: ['999999999999'] })).toBe('it is taken');
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', '111122223333');
    expect(refusal({}, profile)).toBe('it is taken');
  });

  test.each([
    [{ disposable: 'yes' }, 'disposable must be true or false, got "yes"'],
    [{ weaken: 'test' }, 'weaken must be the name of the stage, "prod", got "test"'],
  ])('%j', (context, why) => expect(refusal(context as Record<string, string>, {})).toContain(why));
});
