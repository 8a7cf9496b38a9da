import { allows, type Statement } from '../iam/evaluate.ts';
import type { Environment } from './intrinsics.ts';
import { statementsOfFunction } from './roles.ts';
import { sendEdges } from './send-edges.ts';
import type { Resource, Templates } from './synth.ts';

interface Found {
  readonly id: string;
  readonly properties: Record<string, unknown>;
}

export function all(templates: Templates, type: string): Found[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]: [string, Resource]) => ({ id: `${stack}/${id}`, properties: Properties })),
  );
}

/** What each edge of the house says when it is cut. Templates are resolved; all stacks of a stage together. */
export function cutEdges(templates: Templates, environment: Environment): string[] {
  return [
    ...eventSources(templates, environment),
    ...rules(templates, environment),
    ...alarms(templates, environment),
    ...redrives(templates, environment),
    ...sendEdges(templates, environment),
  ];
}

const arnOf = ({ account, region }: Environment, service: string, resource: unknown) =>
  `arn:aws:${service}:${region}:${account}:${String(resource)}`;

/** Event source → queue: the function's role is what Lambda receives with. */
function eventSources(templates: Templates, environment: Environment): string[] {
  const queues = all(templates, 'AWS::SQS::Queue').map(({ properties }) =>
    arnOf(environment, 'sqs', properties.QueueName),
  );
  return all(templates, 'AWS::Lambda::EventSourceMapping').flatMap(({ id, properties }) => {
    const arn = String(properties.EventSourceArn);
    if (!queues.includes(arn)) return [`${id}: no stack makes its queue ${arn}`];
    const statements = statementsOfFunction(templates, String(properties.FunctionName));
    return ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
      .filter((action) => !allows(statements, { action, resource: arn }))
      .map((action) => `${id}: ${String(properties.FunctionName)} may not ${action} on ${arn}`);
  });
}

/** Rule → function: a permission for EventBridge, from this very rule. */
function rules(templates: Templates, environment: Environment): string[] {
  const permissions = all(templates, 'AWS::Lambda::Permission').map(({ properties }) => properties);
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::Events::Rule')
      .flatMap(([id, { Properties = {} }]) => {
        const name = Properties.Name ?? `${stack}-${id}`.toLowerCase();
        const targets = (Properties.Targets ?? []) as { Arn: string }[];
        if (targets.length === 0) return [`${stack}/${id}: it has no target`];
        return targets
          .filter(
            ({ Arn }) =>
              !Arn.startsWith('arn:aws:sqs:') &&
              !permissions.some((permission) => permits(permission, Arn, arnOf(environment, 'events', `rule/${name}`))),
          )
          .map(({ Arn }) => `${stack}/${id}: ${Arn} does not permit it`);
      }),
  );
}

function permits(permission: Record<string, unknown>, functionArn: string, ruleArn: string): boolean {
  const { FunctionName, Principal, Action, SourceArn } = permission;
  const forIt = FunctionName === functionArn || functionArn.endsWith(`:function:${String(FunctionName)}`);
  return forIt && Principal === 'events.amazonaws.com' && Action === 'lambda:InvokeFunction' && SourceArn === ruleArn;
}

/**
 * Alarm → topic: CloudWatch publishes as a service, for this account, over TLS. An alarm without actions is told by a
 * composite one.
 */
function alarms(templates: Templates, environment: Environment): string[] {
  const metric = all(templates, 'AWS::CloudWatch::Alarm');
  const composite = all(templates, 'AWS::CloudWatch::CompositeAlarm');
  const arns = metric.map(({ properties }) =>
    arnOf(environment, 'cloudwatch', `alarm:${String(properties.AlarmName)}`),
  );
  return [
    ...metric.flatMap(({ id, properties }, i) => {
      const notifiedByAnother = composite.some((one) => ruleOf(one).includes(String(arns[i])));
      return actionsOf(properties).length === 0 && notifiedByAnother
        ? []
        : actions(templates, environment, { id, properties });
    }),
    ...composite.flatMap((one) => [
      ...actions(templates, environment, one),
      ...[...ruleOf(one), String(one.properties.ActionsSuppressor)]
        .filter((arn) => !arns.includes(arn))
        .map((arn) => `${one.id}: it looks at ${arn}, which no stack makes`),
    ]),
  ];
}

const actionsOf = ({ AlarmActions, OKActions }: Record<string, unknown>) =>
  [AlarmActions, OKActions].flatMap((list) => (list as string[] | undefined) ?? []);

/** `(ALARM("arn…") OR ALARM("arn…"))` */
const ruleOf = ({ properties }: Found): string[] =>
  [...String(properties.AlarmRule).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, arn = '']) => arn);

function actions(templates: Templates, environment: Environment, { id, properties }: Found): string[] {
  const topics = all(templates, 'AWS::SNS::Topic').map((topic) =>
    arnOf(environment, 'sns', topic.properties.TopicName),
  );
  const policies = all(templates, 'AWS::SNS::TopicPolicy').map((policy) => policy.properties);
  const context = { 'aws:SourceAccount': environment.account, 'aws:SecureTransport': 'true' };
  if (
    [properties.AlarmActions, properties.OKActions].some((list) => ((list as string[] | undefined) ?? []).length === 0)
  )
    return [`${id}: it does not notify when it goes off, or not when it is OK again`];
  return actionsOf(properties).flatMap((action) => {
    if (!topics.includes(action)) return [`${id}: its action ${action} is no topic of this stage`];
    const statements = policies
      .filter(({ Topics }) => (Topics as string[]).includes(action))
      .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement);
    const request = { action: 'sns:Publish', resource: action, service: 'cloudwatch.amazonaws.com', context };
    return allows(statements, request) ? [] : [`${id}: ${action} refuses CloudWatch`];
  });
}

/** Redrive → DLQ: it exists, and lets this queue be its source. */
function redrives(templates: Templates, environment: Environment): string[] {
  const queues = all(templates, 'AWS::SQS::Queue');
  return queues.flatMap(({ id, properties }) => {
    const target = (properties.RedrivePolicy as { deadLetterTargetArn?: string } | undefined)?.deadLetterTargetArn;
    if (target === undefined) return [];
    const source = arnOf(environment, 'sqs', properties.QueueName);
    const deadLetters = queues.find((queue) => arnOf(environment, 'sqs', queue.properties.QueueName) === target);
    if (deadLetters === undefined) return [`${id}: its dead-letter queue ${target} is none`];
    const allow = deadLetters.properties.RedriveAllowPolicy as
      | { redrivePermission?: string; sourceQueueArns?: string[] }
      | undefined;
    const allowed =
      allow === undefined || allow.redrivePermission === 'allowAll' || allow.sourceQueueArns?.includes(source);
    return allowed ? [] : [`${id}: ${target} does not take it as a source`];
  });
}
