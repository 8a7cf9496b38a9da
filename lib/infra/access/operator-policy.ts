import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { breakerId } from '../../contract/definition/breaker.ts';
import { names, prefixOf } from '../../contract/names.ts';
import { NO_PAYLOAD_ATTRIBUTES } from '../../contract/protocol/no-payload.ts';
import { arnsOf } from '../arns.ts';
import { acknowledgeWildcard } from '../checks/security.ts';
import { namedAndLike } from './item-keys.ts';
import { getPayloads, putPayloads } from './payload-rights.ts';
import { changeSchedules, lookAtSchedules } from './schedule-rights.ts';
import { keyRights } from './stage-key.ts';

/** Settings of {@link OperatorPolicies}. */
export interface OperatorPoliciesProps {
  readonly stage: string;
  /** Whether queues and table have the stage's key. */
  readonly encrypted: boolean;
  /** Whether large payloads lie in a bucket of the stage's. */
  readonly payloads: boolean;
}

/**
 * The rights of people who operate a stage, as three managed policies to attach to their roles. `<app>-<stage>-read-<region>` is
 * for looking (`queues`, `job`, `breaker`, `flow`, `flows`, `dead`, `drain`, `doctor`, what `console` shows) and receives no message, and of
 * items no parked one. `<app>-<stage>-payloads-<region>` adds those (`job --payload`). `<app>-<stage>-redrive-<region>` comes in
 * addition, for verbs that change something (`send`, `dlq`, `retry`, `cancel`, `pause`, `resume`, `breaker open`, `schedule`, `doctor --job`).
 *
 * Queues, functions and stacks are named by the stage's prefix. Neither app nor stage has a hyphen, so the prefix matches this
 * stage alone, and it covers job types that are added later.
 */
export class OperatorPolicies extends Construct {
  readonly read: ManagedPolicy;
  readonly payloads: ManagedPolicy;
  readonly redrive: ManagedPolicy;

  constructor(scope: Construct, id: string, { stage, encrypted, payloads }: OperatorPoliciesProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    this.read = new ManagedPolicy(this, 'Read', {
      managedPolicyName: names.operatorPolicy(stage, 'read', region),
      description: `Sluice, stage ${stage}: looking at jobs and queues`,
    });
    addRights(this.read, readRights(this, stage));
    this.payloads = new ManagedPolicy(this, 'Payloads', {
      managedPolicyName: names.operatorPolicy(stage, 'payloads', region),
      description: `Sluice, stage ${stage}: the payloads of parked jobs, beside the policy for looking`,
    });
    addRights(this.payloads, [allow(['dynamodb:GetItem'], arnsOf(this, stage).jobsTable)]);
    this.redrive = new ManagedPolicy(this, 'Redrive', {
      managedPolicyName: names.operatorPolicy(stage, 'redrive', region),
      description: `Sluice, stage ${stage}: sending, redriving, cancelling and pausing, beside the policy for looking`,
    });
    addRights(this.redrive, redriveRights(this, stage));
    if (payloads) letReadPayloads(this, stage);
    if (!encrypted) return;
    if (payloads)
      this.payloads.addStatements(keyRights(this.payloads, stage, { actions: ['kms:Decrypt'], services: ['s3'] }));
    this.read.addStatements(
      keyRights(this.read, stage, { actions: ['kms:Decrypt'], services: ['sqs', 'dynamodb', 'logs'] }),
    );
    const services = ['sqs', 'dynamodb', ...(payloads ? ['s3'] : [])];
    this.redrive.addStatements(keyRights(this.redrive, stage, { services }));
  }
}

/** What a message holds lies in the bucket, too; `send` and a corrected body put it there. */
function letReadPayloads({ payloads, redrive }: OperatorPolicies, stage: string): void {
  const all = { stage, types: ['*'] };
  payloads.addStatements(...getPayloads(payloads, all));
  redrive.addStatements(...getPayloads(redrive, all), putPayloads(redrive, all));
}

function addRights(policy: ManagedPolicy, statements: readonly PolicyStatement[]): void {
  policy.addStatements(...statements);
  const resources = new Set(statements.flatMap((statement) => statement.resources));
  for (const resource of resources) {
    if (resource.includes('*')) acknowledgeWildcard(policy, { resource, reason: whyWild(resource) });
  }
}

function whyWild(resource: string): string {
  if (resource === '*') return 'IAM defines no resource for these actions';
  if (resource.includes('event-source-mapping'))
    return 'Lambda names mappings by ids; a condition limits them to the functions of the stage';
  return 'the prefix matches resources of this stage only, including those of later job types';
}

function readRights(scope: Construct, stage: string): PolicyStatement[] {
  const arns = arnsOf(scope, stage);
  const arn = arnMaker(scope);
  const every = `${prefixOf(stage)}-*`;
  return [
    withoutPayload(arns.jobsTable),
    breakers(arns.jobsTable),
    allow(['dynamodb:DescribeTable'], arns.jobsTable),
    allow(['dynamodb:Query'], arns.listsIndex, arns.typeListsIndex),
    allow(['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], arns.queue('*')),
    // A query's results are those of its log groups.
    allow(
      ['logs:FilterLogEvents', 'logs:StartQuery', 'logs:GetQueryResults'],
      arn('logs', 'log-group', `/aws/lambda/${every}`),
    ),
    // CloudFormation adds an id of its own to a stack's name.
    allow(['cloudformation:DescribeStacks'], arn('cloudformation', 'stack', `${every}/*`)),
    allow(['lambda:GetFunctionConfiguration'], arn('lambda', 'function', names.dispatcher(stage))),
    allow(['events:DescribeRule'], arn('events', 'rule', every)),
    // IAM defines no resource for these, or only `*` (Service Authorization Reference).
    allow(
      [
        ...['sqs:ListQueues', 'lambda:ListEventSourceMappings', 'events:ListRuleNamesByTarget'],
        ...['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms'],
      ],
      '*',
    ),
    ...lookAtSchedules(scope, stage),
  ];
}

/**
 * Items without their parked messages: only calls that name the attributes they want, and none that holds a payload (Amazon
 * DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control").
 */
const withoutPayload = (jobsTable: string) =>
  new PolicyStatement({
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'],
    resources: [jobsTable],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': NO_PAYLOAD_ATTRIBUTES },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });

/** The items of circuit breakers, whole: they hold no job's data. */
const breakers = (jobsTable: string) =>
  new PolicyStatement({
    actions: ['dynamodb:GetItem'],
    resources: [jobsTable],
    conditions: namedAndLike([breakerId('*')]),
  });

function redriveRights(scope: Construct, stage: string): PolicyStatement[] {
  const arns = arnsOf(scope, stage);
  const arn = arnMaker(scope);
  return [
    allow(['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'], arns.deadLetterQueue('*')),
    allow(['sqs:SendMessage'], arns.queue('*')),
    // Cancellations, retries and circuit breakers, which decide over the whole item.
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], arns.jobsTable),
    new PolicyStatement({
      actions: ['lambda:UpdateEventSourceMapping'],
      resources: [arn('lambda', 'event-source-mapping', '*')],
      // Lambda gives a mapping an id as its name, so the condition names its function instead.
      conditions: { ArnLike: { 'lambda:FunctionArn': arn('lambda', 'function', `${prefixOf(stage)}-*`) } },
    }),
    ...changeSchedules(scope, stage),
  ];
}

const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });

/** Makes ARNs with a colon or a slash before the resource's name, as the service writes them. */
function arnMaker(scope: Construct): (service: string, resource: string, resourceName: string) => string {
  return (service, resource, resourceName) => {
    const slash = ['cloudformation', 'events'].includes(service);
    const arnFormat = slash ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat });
  };
}
