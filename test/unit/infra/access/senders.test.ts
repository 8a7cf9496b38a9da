import { type App, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { describe, expect, it } from 'vitest';
import {
  type EnqueueWriteTarget,
  grantEnqueue,
  grantEnqueueWrite,
  type JobResources,
} from '../../../../lib/infra/index.ts';
import { jobs, makeApp, plain, synthesize } from '../support/fixture.ts';
import { arn, ofType, one, rightsOfRole, statementsOf } from '../support/template.ts';

const entry = jobs[0]?.entry ?? '';

describe('resources.ts gets the queue', () => {
  const resources: JobResources = ({ scope, queue }) => {
    new Topic(scope, 'Topic').addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    const message = RuleTargetInput.fromObject({ payload: { n: 1 } });
    new Rule(scope, 'Rule', { eventPattern: { source: ['shop'] }, targets: [new SqsQueue(queue, { message })] });
  };
  const app = makeApp({ jobs: [{ definition: plain, entry, resources }], context: { stage: 'prod' } });
  const deployed = synthesize(app).plain?.resources ?? [];

  it('so that a topic and a rule may send to it', () => {
    expect(one(deployed, 'AWS::SNS::Subscription').properties).toMatchObject({ RawMessageDelivery: true });
    const allowed = ofType(deployed, 'AWS::SQS::QueuePolicy')
      .flatMap(({ properties }) => statementsOf(properties.PolicyDocument))
      .filter(({ effect }) => effect === 'Allow');
    expect(allowed).toMatchObject([
      { principal: { Service: 'sns.amazonaws.com' }, condition: { ArnEquals: { 'aws:SourceArn': expect.anything() } } },
      {
        principal: { Service: 'events.amazonaws.com' },
        condition: { ArnEquals: { 'aws:SourceArn': expect.anything() } },
      },
    ]);
    for (const { actions } of allowed) expect(actions).toContain('sqs:SendMessage');
  });
});

describe('grantEnqueue', () => {
  const app = makeApp({ context: { stage: 'prod' } });
  const shop = new Stack(app, 'a-b-shop');
  const role = new Role(shop, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

  it('lets a role send jobs of these types, and find their queues', () => {
    grantEnqueue(role, { stage: 'prod', types: ['plain', 'other'] });
    const deployed = synthesize(app).shop?.resources ?? [];
    const queues = ['plain', 'other'].map((type) => arn('sqs', `sluice-prod-${type}`));
    const wanted = queues.flatMap((queue) => [`sqs:GetQueueUrl ${queue}`, `sqs:SendMessage ${queue}`]);
    expect(rightsOfRole(deployed, one(deployed, 'AWS::IAM::Role').id)).toEqual(wanted.sort());
  });

  it('lets a role look for a job that has the key already, if it is asked to', () => {
    const looking = new Stack(makeApp({ context: { stage: 'prod' } }), 'a-b-look');
    const reader = new Role(looking, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    grantEnqueue(reader, { stage: 'prod', types: ['plain'], look: true });
    const deployed = synthesize(looking.node.root as App).look?.resources ?? [];
    expect(rightsOfRole(deployed, one(deployed, 'AWS::IAM::Role').id)).toContain(
      `dynamodb:GetItem ${arn('dynamodb', 'table/sluice-prod-jobs')}`,
    );
  });

  it.each([{ stage: 'prod', app: 'shop' }, { stage: 'shop/prod' }])(
    'lets it send to another app (%j), and to no queue of this one',
    (named) => {
      const other = new Stack(makeApp({ context: { stage: 'prod' } }), 'a-b-other');
      const sender = new Role(other, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      grantEnqueue(sender, { ...named, types: ['plain'] });
      const deployed = synthesize(other.node.root as App).other?.resources ?? [];
      const queue = arn('sqs', 'shop-prod-plain');
      expect(rightsOfRole(deployed, one(deployed, 'AWS::IAM::Role').id)).toEqual([
        `sqs:GetQueueUrl ${queue}`,
        `sqs:SendMessage ${queue}`,
      ]);
    },
  );

  it('refuses an invalid stage', () => {
    expect(() => grantEnqueue(role, { stage: 'Prod', types: ['plain'] })).toThrow('stage must be 1 to 16');
  });
});

describe('grantEnqueueWrite', () => {
  const rights = (options: Partial<EnqueueWriteTarget> = {}) => {
    const stack = new Stack(makeApp({ context: { stage: 'prod' } }), 'a-b-shop');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    grantEnqueueWrite(role, { stage: 'prod', types: ['plain', 'other'], ...options });
    const deployed = synthesize(stack.node.root as App).shop?.resources ?? [];
    const conditions = ofType(deployed, 'AWS::IAM::Policy').flatMap(({ properties }) =>
      statementsOf(properties.PolicyDocument).map(({ condition }) => condition),
    );
    return { rights: rightsOfRole(deployed, one(deployed, 'AWS::IAM::Role').id), conditions };
  };
  const table = arn('dynamodb', 'table/sluice-prod-jobs');
  const theirs = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['plain#*', 'other#*'] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };

  it('lets a role put jobs of these types into the table, and nothing else', () => {
    expect(rights()).toEqual({ rights: [`dynamodb:PutItem ${table}`], conditions: [theirs] });
  });

  it('lets it wake them, if it is asked to', () => {
    const { rights: all, conditions } = rights({ wake: true });
    expect(all).toContain(`dynamodb:UpdateItem ${table}`);
    expect(all).toContain(`dynamodb:GetItem ${table}`);
    expect(all).toContain(`sqs:SendMessage ${arn('sqs', 'sluice-prod-plain')}`);
    expect(conditions).toContainEqual(theirs);
  });

  it('lets it use the key of an encrypted stage', () => {
    expect(rights({ encryption: 'kms' }).rights.filter((right) => right.startsWith('kms:'))).toHaveLength(2);
  });
});
