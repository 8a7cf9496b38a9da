import { allows, type Statement } from '../iam/evaluate.ts';
import type { Place } from './intrinsics.ts';
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
export function cutEdges(templates: Templates, place: Place): string[] {
  return [
    ...eventSources(templates, place),
    ...rules(templates, place),
    ...alarms(templates, place),
    ...redrives(templates, place),
    ...sendEdges(templates, place),
  ];
}

const arnOf = ({ account, region }: Place, service: string, resource: unknown) =>
  `arn:aws:${service}:${region}:${account}:${String(resource)}`;

/** Event source → queue: the function's role is what Lambda receives with. */
function eventSources(templates: Templates, place: Place): string[] {
  const queues = all(templates, 'AWS::SQS::Queue').map(({ properties }) => arnOf(place, 'sqs', properties.QueueName));
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
function rules(templates: Templates, place: Place): string[] {
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
              !permissions.some((permission) => permits(permission, Arn, arnOf(place, 'events', `rule/${name}`))),
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

/** Alarm → topic: CloudWatch publishes as a service, for this account, over TLS. */
function alarms(templates: Templates, place: Place): string[] {
  const topics = all(templates, 'AWS::SNS::Topic').map(({ properties }) => arnOf(place, 'sns', properties.TopicName));
  const policies = all(templates, 'AWS::SNS::TopicPolicy').map(({ properties }) => properties);
  const context = { 'aws:SourceAccount': place.account, 'aws:SecureTransport': 'true' };
  return all(templates, 'AWS::CloudWatch::Alarm').flatMap(({ id, properties }) => {
    const actions = [properties.AlarmActions, properties.OKActions].flatMap(
      (list) => (list as string[] | undefined) ?? [],
    );
    if (actions.length === 0) return [`${id}: it tells nobody`];
    return actions.flatMap((action) => {
      if (!topics.includes(action)) return [`${id}: its action ${action} is no topic of this stage`];
      const statements = policies
        .filter(({ Topics }) => (Topics as string[]).includes(action))
        .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement);
      const request = { action: 'sns:Publish', resource: action, service: 'cloudwatch.amazonaws.com', context };
      return allows(statements, request) ? [] : [`${id}: ${action} refuses CloudWatch`];
    });
  });
}

/** Redrive → DLQ: it exists, and lets this queue be its source. */
function redrives(templates: Templates, place: Place): string[] {
  const queues = all(templates, 'AWS::SQS::Queue');
  return queues.flatMap(({ id, properties }) => {
    const target = (properties.RedrivePolicy as { deadLetterTargetArn?: string } | undefined)?.deadLetterTargetArn;
    if (target === undefined) return [];
    const source = arnOf(place, 'sqs', properties.QueueName);
    const letters = queues.find((queue) => arnOf(place, 'sqs', queue.properties.QueueName) === target);
    if (letters === undefined) return [`${id}: its dead-letter queue ${target} is none`];
    const allow = letters.properties.RedriveAllowPolicy as
      | { redrivePermission?: string; sourceQueueArns?: string[] }
      | undefined;
    const allowed =
      allow === undefined || allow.redrivePermission === 'allowAll' || allow.sourceQueueArns?.includes(source);
    return allowed ? [] : [`${id}: ${target} does not take it as a source`];
  });
}
