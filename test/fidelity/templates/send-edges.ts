import { allows, type Statement } from '../iam/evaluate.ts';
import { all } from './edges.ts';
import type { Environment } from './intrinsics.ts';
import type { Templates } from './synth.ts';

interface Policy {
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

/** What sends jobs to queues, and what each says that may not. Templates are resolved. */
export function sendEdges(templates: Templates, environment: Environment): string[] {
  return [...rulesToQueues(templates, environment), ...schedulesToQueues(templates, environment)];
}

/** Rule → queue: its policy lets EventBridge send, for this very rule, over TLS. */
function rulesToQueues(templates: Templates, { account, region }: Environment): string[] {
  const policies = all(templates, 'AWS::SQS::QueuePolicy').map(({ properties }) => properties);
  return all(templates, 'AWS::Events::Rule').flatMap(({ id, properties }) => {
    const name = String(properties.Name ?? id.replace('/', '-').toLowerCase());
    const context = {
      'aws:SourceArn': `arn:aws:events:${region}:${account}:rule/${name}`,
      'aws:SecureTransport': 'true',
    };
    return queueTargets(properties.Targets).flatMap((queue) => {
      const statements = policies
        .filter(({ Queues }) => (Queues as string[]).some((url) => url.endsWith(`/${queue.split(':').at(-1)}`)))
        .flatMap(({ PolicyDocument }) => (PolicyDocument as Policy['PolicyDocument']).Statement);
      const request = { action: 'sqs:SendMessage', resource: queue, service: 'events.amazonaws.com', context };
      return allows(statements, request) ? [] : [`${id}: ${queue} refuses it`];
    });
  });
}

/** Queues that a rule sends to, and those for what it could not send. */
const queueTargets = (targets: unknown): string[] =>
  ((targets ?? []) as Target[])
    .flatMap(({ Arn, DeadLetterConfig }) => [Arn, DeadLetterConfig?.Arn ?? Arn])
    .filter((arn, i, all) => arn.split(':')[2] === 'sqs' && all.indexOf(arn) === i);

interface Target {
  readonly Arn: string;
  readonly DeadLetterConfig?: { readonly Arn: string };
}

/** Schedule → queue: its role may send there, and Scheduler may assume the role. */
function schedulesToQueues(templates: Templates, { account, region }: Environment): string[] {
  const roles = all(templates, 'AWS::IAM::Role');
  const policies = all(templates, 'AWS::IAM::Policy');
  return all(templates, 'AWS::Scheduler::Schedule').flatMap(({ id, properties }) => {
    const { Arn, RoleArn, DeadLetterConfig } = properties.Target as Target & { RoleArn: string };
    const name = RoleArn.split('/').at(-1) ?? '';
    const role = roles.find((candidate) => candidate.id.replace('/', '-').toLowerCase() === name);
    if (role === undefined) return [`${id}: no stack makes its role ${RoleArn}`];
    const statements = policies
      .filter(({ properties: { Roles } }) => (Roles as string[]).includes(name))
      .flatMap((policy) => (policy.properties as unknown as Policy).PolicyDocument.Statement);
    const source = `arn:aws:scheduler:${region}:${account}:schedule-group/${String(properties.GroupName ?? 'default')}`;
    const assume = {
      action: 'sts:AssumeRole',
      resource: RoleArn,
      service: 'scheduler.amazonaws.com',
      context: { 'aws:SourceAccount': account, 'aws:SourceArn': source },
    };
    const trust = (role.properties.AssumeRolePolicyDocument as Policy['PolicyDocument']).Statement;
    return [
      ...[Arn, DeadLetterConfig?.Arn ?? Arn]
        .filter((resource) => !allows(statements, { action: 'sqs:SendMessage', resource }))
        .map((queue) => `${id}: its role may not send to ${queue}`),
      ...(allows(trust, assume) ? [] : [`${id}: Scheduler may not assume ${RoleArn}`]),
    ];
  });
}
