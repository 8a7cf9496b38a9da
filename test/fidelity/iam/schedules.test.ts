import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, it } from 'vitest';
import { grantSchedule } from '../../../lib/infra/index.ts';
import { runTimeSchedules, type Stage } from '../../../lib/operator/index.ts';
import type { ScheduleSqs, Schedules } from '../../../lib/schedules/index.ts';
import { defineProbe } from '../../support/probe.ts';
import { resolveTemplate } from '../templates/intrinsics.ts';
import { allows, type Statement } from './evaluate.ts';
import { ENVIRONMENT, rightsOf } from './operator-calls.ts';

/** What `grantSchedule` gives a service for schedules of these types on the stage `prod`. */
function granted(types: readonly string[]): Statement[] {
  const stack = new Stack(new App(), 'service');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grantSchedule(role, { stage: 'prod', types });
  const template = JSON.parse(JSON.stringify(Template.fromStack(stack).toJSON())) as never;
  return Object.values(resolveTemplate('service', template, ENVIRONMENT).Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Policy'
      ? ((Properties?.PolicyDocument ?? { Statement: [] }) as { Statement: Statement[] }).Statement
      : [],
  );
}

const definition = defineProbe();
const DAILY = { expression: 'cron(0 2 * * ? *)', payload: { do: 'complete' } } as const;
const made = async (stage: Stage): Promise<Schedules> => {
  const all = runTimeSchedules(stage, stage.aws.sqs as unknown as ScheduleSqs);
  await all.put(definition, 'daily', DAILY);
  return all;
};
const RUNS: Readonly<Record<string, (all: Schedules) => Promise<unknown>>> = {
  put: (all) => all.put(definition, 'daily', DAILY),
  list: (all) => all.list('probe'),
  pause: (all) => all.pause('probe', 'daily'),
  resume: async (all) => all.pause('probe', 'daily').then(() => all.resume('probe', 'daily')),
  delete: (all) => all.delete('probe', 'daily'),
  runNow: (all) => all.runNow('probe', 'daily'),
  backfill: (all) => all.backfill('probe', 'daily', { from: '2025-12-30T00:00:00Z' }),
};

let ours: Statement[];
let others: Statement[];
beforeAll(() => {
  ours = granted(['probe']);
  others = granted(['probe-2']);
});

describe('grantSchedule', () => {
  it.each(Object.entries(RUNS))(
    'lets a service make each call of %s, and one of another type does not',
    async (_, run) => {
      const rights = await rightsOf(async (stage) => run(await made(stage)));
      expect(rights.filter((right) => !allows(ours, right))).toEqual([]);
      const refused = rights.filter((right) => !allows(others, right)).map(({ action }) => action);
      expect(refused).toContain('scheduler:CreateSchedule');
      expect(refused).toContain('sqs:GetQueueUrl');
    },
  );

  it('grants no action that none of them uses', async () => {
    const all = Object.values(RUNS).map((run) => rightsOf(async (stage) => run(await made(stage))));
    const used = new Set((await Promise.all(all)).flat().map(({ action }) => action));
    expect(ours.flatMap(({ Action }) => [Action].flat()).filter((action) => !used.has(action))).toEqual([]);
  });

  it('hands the role to no other service', () => {
    const pass = {
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${ENVIRONMENT.account}:role/sluice-prod-scheduler-${ENVIRONMENT.region}`,
    };
    expect(allows(ours, { ...pass, context: { 'iam:PassedToService': 'scheduler.amazonaws.com' } })).toBe(true);
    expect(allows(ours, { ...pass, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } })).toBe(false);
  });
});
