import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { HANDLER, makeApp, synthesize } from './support/fixture.ts';
import { jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from './support/own-stack.ts';
import type { Resource } from './support/template.ts';

/**
 * What holds something. Under another logical id, CloudFormation would make it anew, with a name that is taken, and delete or leave
 * behind what it holds. So no release may rename one: if a line here changes, change the code back.
 */
const STATEFUL =
  /^AWS::(DynamoDB::GlobalTable|SQS::Queue|SNS::Topic|KMS::(Key|Alias)|Logs::LogGroup|Scheduler::ScheduleGroup|SSM::Parameter)$/;

/** By logical id, with their types. */
const idsOf = (resources: readonly Resource[] = []): Record<string, string> =>
  Object.fromEntries(resources.filter(({ type }) => STATEFUL.test(type)).map(({ id, type }) => [id, type]));

const definition = defineJob({
  type: 'nightly',
  payload: z.unknown(),
  schedule: [
    { name: 'in-utc', expression: 'rate(1 day)', payload: {} },
    { name: 'in-zone', expression: 'cron(0 6 * * ? *)', timeZone: 'Europe/Berlin', payload: {} },
  ],
});

describe('no release renames what holds something', () => {
  const context = { stage: 'prod', encryption: 'kms', region: 'eu-west-1' };
  const stacks = synthesize(makeApp({ jobs: [{ definition, entry: HANDLER }], context }));

  test('in the stack that types share', () => {
    expect(idsOf(stacks.core?.resources)).toEqual({
      Alarms04B5A0BF: 'AWS::SNS::Topic',
      DispatcherFunctionLogC8331254: 'AWS::Logs::LogGroup',
      JobsDF1CC2D4: 'AWS::DynamoDB::GlobalTable',
      Key961B73FD: 'AWS::KMS::Key',
      KeyAlias910D852D: 'AWS::KMS::Alias',
      KeyArnAEA531A9: 'AWS::SSM::Parameter',
      SchedulesDeadLettersE738B711: 'AWS::SQS::Queue',
      SchedulesGroupC7F67308: 'AWS::Scheduler::ScheduleGroup',
    });
  });

  test('in a type’s stack', () => {
    expect(idsOf(stacks.nightly?.resources)).toEqual({
      ConsumerLog17F7B23F: 'AWS::Logs::LogGroup',
      JobsDeadLetters8D991969: 'AWS::SQS::Queue',
      JobsQueue24944186: 'AWS::SQS::Queue',
      SchedulesDeadLettersE738B711: 'AWS::SQS::Queue',
      Schedulesinzonegroup2D53DA53: 'AWS::Scheduler::ScheduleGroup',
    });
  });

  test('of the constructs in a team’s own stack', () => {
    const stack = ownStack(ownApp(), 'Shop', { env: { region: 'eu-west-1' } });
    jobTypeIn(stack, { sluice: sluiceIn(stack, { encrypted: true }), definition }, 'Nightly');
    expect(idsOf(resourcesOf(stack))).toEqual({
      Jobs3A3E4888: 'AWS::DynamoDB::GlobalTable',
      JobsAlarms4591AB2B: 'AWS::SNS::Topic',
      JobsDispatcherFunctionLogF30B4E65: 'AWS::Logs::LogGroup',
      JobsKeyAliasF840DFB0: 'AWS::KMS::Alias',
      JobsKeyArn72C9B7EF: 'AWS::SSM::Parameter',
      JobsKeyB64EAF8C: 'AWS::KMS::Key',
      JobsSchedulesDeadLetters62242D73: 'AWS::SQS::Queue',
      JobsSchedulesGroupAE2E75D7: 'AWS::Scheduler::ScheduleGroup',
      NightlyConsumerLog02BF38ED: 'AWS::Logs::LogGroup',
      NightlyJobsDeadLettersE7497FDE: 'AWS::SQS::Queue',
      NightlyJobsQueue254E5D8D: 'AWS::SQS::Queue',
      NightlySchedulesDeadLettersE2BE99CE: 'AWS::SQS::Queue',
      NightlySchedulesinzonegroupA78B54EA: 'AWS::Scheduler::ScheduleGroup',
    });
  });

  test('of a type in another stack than its stage', () => {
    const app = ownApp();
    const env = { region: 'eu-west-1' };
    const sluice = sluiceIn(ownStack(app, 'Shop', { env }), { encrypted: true });
    const stack = ownStack(app, 'Mail', { env });
    jobTypeIn(stack, { sluice, definition }, 'Nightly');
    expect(idsOf(resourcesOf(stack))).toEqual({
      NightlyConsumerLog02BF38ED: 'AWS::Logs::LogGroup',
      NightlyJobsDeadLettersE7497FDE: 'AWS::SQS::Queue',
      NightlyJobsQueue254E5D8D: 'AWS::SQS::Queue',
      NightlySchedulesDeadLettersE2BE99CE: 'AWS::SQS::Queue',
      NightlySchedulesinzonegroupA78B54EA: 'AWS::Scheduler::ScheduleGroup',
    });
  });
});
