import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../bin/catalogue.ts';
import { cutEdges } from './edges.ts';
import { type Environment, resolveAll } from './intrinsics.ts';
import { findings } from './rules.ts';
import { type Resource, SETTINGS, synthesize, type Templates } from './synth.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };

const check = (templates: Templates) => [...findings(templates), ...cutEdges(templates, ENVIRONMENT)];

describe.each(Object.entries(SETTINGS))('the templates of %s', (_name, settings) => {
  it('break no rule and cut no edge', async () => {
    const templates = resolveAll(await synthesize(settings), ENVIRONMENT);
    expect(Object.keys(templates)).toHaveLength(5);
    expect(check(templates)).toEqual([]);
  });
});

it('the templates of the checkout’s own job types break no rule and cut no edge', async () => {
  const templates = resolveAll(await synthesize(SETTINGS.keys, await catalogue()), ENVIRONMENT);
  expect(check(templates)).toEqual([]);
});

/** A mistake planted in a copy of the templates, and what must be said of it. */
type Planted = readonly [mistake: string, plant: (find: Find) => void, said: RegExp];
type Find = (type: string, having?: (resource: Resource) => boolean) => { Properties: Record<string, unknown> };

const isQueue = ({ Properties }: Resource) => Properties?.QueueName === 'sluice-prod-send-email';
const isDlq = ({ Properties }: Resource) => Properties?.QueueName === 'sluice-prod-send-email-dlq';
const isConsumer = ({ Properties }: Resource) => Properties?.FunctionName === 'sluice-prod-send-email';

const PLANTED: readonly Planted[] = [
  [
    'a queue name over 80',
    (find) => {
      find('AWS::SQS::Queue', isQueue).Properties.QueueName = `sluice-prod-${'x'.repeat(70)}`;
    },
    /longer than 80/,
  ],
  [
    'maxReceiveCount over 1,000',
    (find) => {
      (find('AWS::SQS::Queue', isQueue).Properties.RedrivePolicy as Record<string, unknown>).maxReceiveCount = 1001;
    },
    /maxReceiveCount 1001/,
  ],
  [
    'maxReceiveCount 0',
    (find) => {
      (find('AWS::SQS::Queue', isQueue).Properties.RedrivePolicy as Record<string, unknown>).maxReceiveCount = 0;
    },
    /maxReceiveCount 0/,
  ],
  [
    'visibility five times the function’s',
    (find) => {
      find('AWS::SQS::Queue', isQueue).Properties.VisibilityTimeout = 5 * 45;
    },
    /VisibilityTimeout 225 is below .* 270/,
  ],
  [
    'visibility without the window',
    (find) => {
      find('AWS::Lambda::EventSourceMapping').Properties.MaximumBatchingWindowInSeconds = 60;
    },
    /VisibilityTimeout/,
  ],
  [
    'reserved concurrency below the event source’s',
    (find) => {
      find('AWS::Lambda::Function', isConsumer).Properties.ReservedConcurrentExecutions = 5;
    },
    /ReservedConcurrentExecutions 5 is below MaximumConcurrency 50/,
  ],
  [
    'an alarm action that is no ARN',
    (find) => {
      find('AWS::CloudWatch::Alarm').Properties.AlarmActions = ['alarms'];
    },
    /its action alarms is no topic/,
  ],
  [
    'an alarm without an action',
    (find) => {
      Object.assign(find('AWS::CloudWatch::Alarm').Properties, { AlarmActions: [], OKActions: [] });
    },
    /does not notify/,
  ],
  [
    'an alarm that does not notify when it is OK again',
    (find) => {
      find('AWS::CloudWatch::Alarm').Properties.OKActions = [];
    },
    /not when it is OK again/,
  ],
  [
    'a symptom that no composite alarm includes',
    (find) => {
      const { Properties } = find('AWS::CloudWatch::CompositeAlarm');
      Properties.AlarmRule = String(Properties.AlarmRule).replace(/ALARM\("[^"]*-queue-age"\) OR /, '');
    },
    /does not notify/,
  ],
  [
    'a suppressor that is none',
    (find) => {
      find('AWS::CloudWatch::CompositeAlarm').Properties.ActionsSuppressor = 'none';
    },
    /looks at none, which no stack makes/,
  ],
  [
    'a DLQ ARN that is none',
    (find) => {
      (find('AWS::SQS::Queue', isQueue).Properties.RedrivePolicy as Record<string, unknown>).deadLetterTargetArn =
        'arn:aws:sqs:eu-west-1:123456789012:other';
    },
    /dead-letter queue .*other is none/,
  ],
  [
    'a DLQ that takes another source',
    (find) => {
      (find('AWS::SQS::Queue', isDlq).Properties.RedriveAllowPolicy as Record<string, unknown>).sourceQueueArns = [];
    },
    /does not take it as a source/,
  ],
  [
    'an alarm window beyond a day',
    (find) => {
      Object.assign(find('AWS::CloudWatch::Alarm').Properties, { Period: 3600, EvaluationPeriods: 25 });
    },
    /longer than a day/,
  ],
  [
    'a variable that Lambda reserves',
    (find) => {
      Object.assign((find('AWS::Lambda::Function').Properties.Environment as { Variables: object }).Variables, {
        AWS_REGION: 'x',
      });
    },
    /Lambda reserves AWS_REGION/,
  ],
  [
    'an environment over 4 KB',
    (find) => {
      Object.assign((find('AWS::Lambda::Function').Properties.Environment as { Variables: object }).Variables, {
        BIG: 'x'.repeat(4090),
      });
    },
    /more than 4 KB/,
  ],
  [
    'a rule whose function does not permit it',
    (find) => {
      find('AWS::Lambda::Permission').Properties.SourceArn = 'arn:aws:events:eu-west-1:123456789012:rule/other';
    },
    /does not permit it/,
  ],
  [
    'a rule without a target',
    (find) => {
      find('AWS::Events::Rule').Properties.Targets = [];
    },
    /no target/,
  ],
  [
    'an event source on a queue of another stage',
    (find) => {
      find('AWS::Lambda::EventSourceMapping').Properties.EventSourceArn =
        'arn:aws:sqs:eu-west-1:123456789012:sluice-dev-x';
    },
    /no stack makes its queue|in no template/,
  ],
  [
    'a topic that CloudWatch may not publish to',
    (find) => {
      (find('AWS::SNS::TopicPolicy').Properties.PolicyDocument as { Statement: { Effect: string }[] }).Statement = [];
    },
    /refuses CloudWatch/,
  ],
  [
    'a topic for another account’s alarms',
    (find) => {
      const [allow] = (
        find('AWS::SNS::TopicPolicy').Properties.PolicyDocument as {
          Statement: { Effect: string; Condition: unknown }[];
        }
      ).Statement.filter(({ Effect }) => Effect === 'Allow');
      if (allow) allow.Condition = { StringEquals: { 'aws:SourceAccount': '999999999999' } };
    },
    /refuses CloudWatch/,
  ],
  [
    'a consumer that may not delete',
    (find) => {
      const document = find('AWS::IAM::Policy', ({ Properties }) =>
        JSON.stringify(Properties).includes('sqs:DeleteMessage'),
      ).Properties.PolicyDocument as { Statement: { Action: unknown }[] };
      for (const statement of document.Statement)
        if (JSON.stringify(statement.Action).includes('sqs:DeleteMessage'))
          statement.Action = ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'];
    },
    /may not sqs:DeleteMessage/,
  ],
  [
    'a reference to another stack',
    (find) => {
      find('AWS::Lambda::Function').Properties.Description = { 'Fn::ImportValue': 'x' };
    },
    /ties it to another stack/,
  ],
];

describe('a planted mistake is reported:', () => {
  let clean: Templates;
  beforeAll(async () => {
    clean = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);
  });

  it.each(PLANTED)('%s', (_mistake, plant, said) => {
    const templates = structuredClone(clean);
    const find: Find = (type, having = () => true) => {
      const resources = Object.values(templates).flatMap(({ Resources }) => Object.values(Resources));
      const found = resources.find((resource) => resource.Type === type && having(resource));
      if (found?.Properties === undefined) throw new TypeError(`no ${type} to plant a mistake in`);
      return { Properties: found.Properties };
    };
    plant(find);
    expect(check(templates).join('\n')).toMatch(said);
  });
});
