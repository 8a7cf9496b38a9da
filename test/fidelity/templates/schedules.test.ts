import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { cutEdges } from './edges.ts';
import { type Environment, resolveAll } from './intrinsics.ts';
import { findings } from './rules.ts';
import { type Resource, synthesize, type Templates } from './synth.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const definition = defineJob({
  type: 'tidy-up',
  payload: z.strictObject({}),
  schedule: [
    { name: 'hourly', expression: 'rate(1 hour)', payload: {} },
    { name: 'nightly', expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin', payload: {} },
  ],
});
const entry = fileURLToPath(new URL('../../unit/infra/support/handler.ts', import.meta.url));

let templates: Templates;
beforeAll(async () => {
  templates = resolveAll(await synthesize({ stage: 'prod' }, { jobs: [{ definition, entry }] }), ENVIRONMENT);
}, 120_000);

const check = (made: Templates) => [...findings(made), ...cutEdges(made, ENVIRONMENT)];

it('a rule and a schedule reach their queue', () => {
  const types = Object.values(templates['sluice-prod-tidy-up']?.Resources ?? {}).map(({ Type }) => Type);
  expect(types).toContain('AWS::Events::Rule');
  expect(types).toContain('AWS::Scheduler::Schedule');
  expect(check(templates)).toEqual([]);
});

interface Statements {
  Statement: { Effect: string; Principal?: unknown; Condition?: unknown; Action?: unknown; Resource?: unknown }[];
}
type Plant = (find: (type: string, says?: string) => Record<string, unknown>) => void;
const allowing = (properties: Record<string, unknown>, document = 'PolicyDocument') =>
  (properties[document] as Statements).Statement.find(({ Effect }) => Effect === 'Allow') ?? { Effect: 'none' };

const PLANTED: readonly [mistake: string, plant: Plant, said: RegExp][] = [
  [
    'a queue that does not know the rule',
    (find) => {
      allowing(find('AWS::SQS::QueuePolicy', 'events.amazonaws.com')).Effect = 'Deny';
    },
    /SchedulesHourly.*sluice-prod-tidy-up refuses it/i,
  ],
  [
    'a queue that knows another rule',
    (find) => {
      allowing(find('AWS::SQS::QueuePolicy', 'events.amazonaws.com')).Condition = {
        ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-west-1:123456789012:rule/other' },
      };
    },
    /refuses it/,
  ],
  [
    'a role that may send elsewhere',
    (find) => {
      allowing(find('AWS::IAM::Policy', 'sluice-prod-tidy-up_schedules-dlq')).Resource =
        'arn:aws:sqs:eu-west-1:123456789012:other';
    },
    /Nightly.*its role may not send to/i,
  ],
  [
    'a role of another group’s schedules',
    (find) => {
      allowing(find('AWS::IAM::Role', 'schedule-group/sluice-prod-tidy-up'), 'AssumeRolePolicyDocument').Condition = {
        ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:eu-west-1:123456789012:schedule-group/other' },
      };
    },
    /Scheduler may not assume/,
  ],
  [
    'a dead-letter queue that does not know the rule',
    (find) => {
      allowing(find('AWS::SQS::QueuePolicy', 'sluice-prod-tidy-up_schedules-dlq')).Effect = 'Deny';
    },
    /SchedulesHourly.*sluice-prod-tidy-up_schedules-dlq refuses it/i,
  ],
  [
    'a role that may not send to the dead-letter queue',
    (find) => {
      allowing(find('AWS::IAM::Policy', 'sluice-prod-tidy-up_schedules-dlq')).Resource =
        'arn:aws:sqs:eu-west-1:123456789012:sluice-prod-tidy-up';
    },
    /Nightly.*its role may not send to .*_schedules-dlq/i,
  ],
];

describe('a planted mistake is reported', () => {
  it.each(PLANTED)('%s', (_, plant, said) => {
    const copy = structuredClone(templates);
    const all = Object.values(copy).flatMap(({ Resources }): Resource[] => Object.values(Resources));
    plant((type, says = '') => {
      const found = all.find(({ Type, Properties }) => Type === type && JSON.stringify(Properties).includes(says));
      if (found?.Properties === undefined) throw new Error(`no ${type} ${says}`);
      return found.Properties;
    });
    expect(check(copy).join('\n')).toMatch(said);
  });
});
