import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../../lib/infra/app.ts';
import { refuseWeaker } from '../../../lib/infra/guard.ts';
import type { StageProfile } from '../../../lib/infra/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { makeApp, synthesize } from '../infra/support/fixture.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const SAFE = { encryption: 'kms', alarmEmails: ['a@example.com', 'b@example.com'] } as const;

/** The app of stage prod, by the file or by settings. */
const appOf = (profile: StageProfile | undefined, context: Record<string, unknown> = {}) =>
  makeApp({
    jobs: [],
    context: { stage: 'prod', ...context },
    stages: profile === undefined ? {} : { prod: { account: ACCOUNT, region: REGION, ...profile } },
  });

/** What CloudFormation says of a core stack that was deployed so. */
function coreOf(profile: StageProfile) {
  const { StageSettings } = (synthesize(appOf(profile)).core?.template.Outputs ?? {}) as Record<
    string,
    { Value: string }
  >;
  const Outputs = [{ OutputKey: 'StageSettings', OutputValue: StageSettings?.Value }];
  return { StackName: 'sluice-prod-core', Outputs, EnableTerminationProtection: profile.disposable !== true };
}

interface There {
  readonly core?: object | Error;
  /** Of the credentials that the app has. */
  readonly own?: string;
}

function guard({ core, own = ACCOUNT }: There) {
  const warned: string[] = [];
  const asked: unknown[] = [];
  const deps = {
    account: ACCOUNT,
    warn: (line: string) => void warned.push(line),
    connect: (region: string | undefined) => ({
      sts: { send: async () => ({ Account: own }) },
      cloudFormation: {
        async send({ input }: { input: unknown }) {
          asked.push([region, input]);
          if (core instanceof Error) throw core;
          if (core === undefined)
            throw awsError('ValidationError', 'Stack with id sluice-prod-core does not exist', 400);
          return { Stacks: [core] };
        },
      },
    }),
  };
  return { deps: deps as unknown as Parameters<typeof refuseWeaker>[1], warned, asked };
}

async function said(there: There, app = appOf(SAFE)): Promise<string> {
  const { deps, warned } = guard(there);
  return refuseWeaker(settingsOf(app), deps).then(
    () => ['deployed', ...warned].join(': '),
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('a deploy', () => {
  test('of what is deployed already, or of a stage that is new, goes on', async () => {
    expect([await said({ core: coreOf(SAFE) }), await said({})]).toEqual(['deployed', 'deployed']);
  });

  test.each([
    [
      'fewer alarm addresses',
      { ...SAFE, alarmEmails: ['b@example.com', 'c@example.com'] },
      '1 of 2 addresses would get no alarms any more',
    ],
    ['no encryption', { alarmEmails: SAFE.alarmEmails }, 'its encryption with a key of its own would be off'],
    [
      'a disposable stage',
      { ...SAFE, disposable: true },
      'it would be disposable: its data would be deleted with its stacks',
    ],
  ] as const)('with %s is refused, unless it says the stage’s name', async (_, next, why) => {
    const core = coreOf(SAFE);
    expect(await said({ core }, appOf(next))).toBe(
      `RangeError: this deploy would weaken stage "prod": ${why}. If it is meant so, say its name: -c weaken=prod. ` +
        'Else give it back what it had, in "stages"',
    );
    expect(await said({ core }, appOf(next, { weaken: 'prod' }))).toBe('deployed');
    // A stronger one is no news.
    expect(
      await said({ core: coreOf(next) }, appOf({ ...SAFE, alarmEmails: [...SAFE.alarmEmails, 'c@example.com'] })),
    ).toBe('deployed');
  });

  test('of a stage that an earlier version protected may not make it disposable', async () => {
    const core = { StackName: 'sluice-prod-core', EnableTerminationProtection: true };
    expect(await said({ core }, appOf({ disposable: true }))).toContain('it would be disposable');
    expect(await said({ core }, appOf({}))).toBe('deployed');
    expect(await said({ core: { ...core, EnableTerminationProtection: false } }, appOf({ disposable: true }))).toBe(
      'deployed',
    );
  });

  test('whose settings are given by -c is looked at, too', async () => {
    expect(await said({ core: coreOf(SAFE) }, appOf(undefined, { region: REGION, encryption: 'kms' }))).toBe(
      'RangeError: this deploy would weaken stage "prod": 2 of 2 addresses would get no alarms any more. If it is meant so, ' +
        'say its name: -c weaken=prod. Else give it back what it had, in its -c settings',
    );
  });
});

describe('a core of another number', () => {
  const coreWith = (schema: number) => {
    const core = coreOf(SAFE);
    const { schema: _, ...record } = JSON.parse(core.Outputs[0]?.OutputValue ?? '{}') as Record<string, unknown>;
    return { ...core, Outputs: [{ OutputKey: 'StageSettings', OutputValue: JSON.stringify({ ...record, schema }) }] };
  };

  test('below this version’s is told: core goes first', async () => {
    expect(await said({ core: coreWith(0) })).toBe(
      'deployed: core of stage "prod" is of schema 0, this version needs 1: cdk deploy takes sluice-prod-core first; with ' +
        '--exclusively, deploy it by itself before any job type',
    );
  });

  test('above this version’s is refused, unless the deploy says the stage’s name', async () => {
    expect(await said({ core: coreWith(2) })).toContain(
      'this deploy would weaken stage "prod": it was deployed by a newer version of Sluice (schema 2, this one knows 1): jobs ' +
        'that it wrote would wait',
    );
    expect(await said({ core: coreWith(2) }, appOf(SAFE, { weaken: 'prod' }))).toBe('deployed');
  });
});

describe('what cannot be looked at', () => {
  const denied = awsError('AccessDenied', 'not authorized', 403);

  test('is refused for a stage of the file, with the ways out', async () => {
    expect(await said({ core: denied })).toBe(
      'RangeError: what is deployed of stage "prod" could not be looked at (AccessDenied: not authorized). The CDK does not hand ' +
        'on --profile: use AWS_PROFILE=… in its place, with the right cloudformation:DescribeStacks, or say that it may be ' +
        'weakened: -c weaken=prod',
    );
    expect(await said({ own: '999999999999' })).toContain(
      `its credentials are of account 999999999999, the CDK’s of ${ACCOUNT}`,
    );
  });

  test('is a warning for a stage that is not in the file', async () => {
    expect(await said({ core: denied }, appOf(undefined))).toBe(
      'deployed: what is deployed of stage "prod" could not be looked at (AccessDenied: not authorized): nothing says ' +
        'whether this deploy would weaken it',
    );
  });
});

test('it looks at the core stack, in the stage’s region', async () => {
  const { deps, asked } = guard({});
  await refuseWeaker(settingsOf(appOf(SAFE)), deps);
  expect(asked).toEqual([[REGION, { StackName: 'sluice-prod-core' }]]);
});

test.each([
  ['without credentials', undefined, {}],
  ['on an emulator', ACCOUNT, { emulator: 'embedded' }],
])('it looks at nothing %s', async (_, account, context) => {
  const { deps, asked } = guard({ core: coreOf(SAFE) });
  await refuseWeaker(settingsOf(appOf({ disposable: true }, context)), { ...deps, account });
  expect(asked).toEqual([]);
});
