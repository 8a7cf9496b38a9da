import { all } from './edges.ts';
import type { Templates } from './synth.ts';

/** Lengths that AWS allows (service quotas and API references of each). */
const LONGEST: Record<string, readonly [property: string, length: number]> = {
  'AWS::SQS::Queue': ['QueueName', 80],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::DynamoDB::GlobalTable': ['TableName', 255],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Logs::LogGroup': ['LogGroupName', 512],
  'AWS::SecretsManager::Secret': ['Name', 512],
  'AWS::S3::Bucket': ['BucketName', 63],
};
const MAX_STACK_NAME = 128;
const MAX_APP_ID = 50;
const MAX_ENVIRONMENT_BYTES = 4096;
const DAY_SECONDS = 86_400;
/** Set by Lambda itself: a template that sets one is refused (Lambda Developer Guide, "Environment variables"). */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_DEFAULT_REGION|AWS_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY.*|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

/**
 * What CloudFormation, an emulator and cfn-lint let through, and AWS refuses, or worse, takes.
 *
 * @param templates of one stage, resolved
 */
export function findings(templates: Templates): string[] {
  return [
    ...names(templates),
    ...queues(templates),
    ...eventSources(templates),
    ...environments(templates),
    ...windows(templates),
    ...crossStack(templates),
  ];
}

function names(templates: Templates): string[] {
  const stacks = Object.keys(templates).filter((name) => name.length > MAX_STACK_NAME);
  return [
    ...stacks.map((name) => `stack ${name}: a name of at most ${MAX_STACK_NAME} characters`),
    ...Object.entries(LONGEST).flatMap(([type, [property, length]]) =>
      all(templates, type)
        .filter(({ properties }) => String(properties[property] ?? '').length > length)
        .map(({ id, properties }) => `${id}: ${property} ${String(properties[property])} is longer than ${length}`),
    ),
  ];
}

function queues(templates: Templates): string[] {
  return all(templates, 'AWS::SQS::Queue').flatMap(({ id, properties }) => {
    const policy = properties.RedrivePolicy as { maxReceiveCount?: number } | undefined;
    if (policy === undefined) return [];
    const { maxReceiveCount = 0 } = policy;
    return maxReceiveCount >= 1 && maxReceiveCount <= 1000
      ? []
      : [`${id}: maxReceiveCount ${maxReceiveCount} is not 1 to 1000`];
  });
}

function eventSources(templates: Templates): string[] {
  return all(templates, 'AWS::Lambda::EventSourceMapping').flatMap(({ id, properties }) => {
    const consumer = all(templates, 'AWS::Lambda::Function').find(
      ({ properties: { FunctionName } }) => FunctionName === properties.FunctionName,
    )?.properties;
    const queue = all(templates, 'AWS::SQS::Queue').find(({ properties: { QueueName } }) =>
      String(properties.EventSourceArn).endsWith(`:${String(QueueName)}`),
    )?.properties;
    if (consumer === undefined || queue === undefined) return [`${id}: its function or queue is in no template`];
    const needed = 6 * Number(consumer.Timeout) + Number(properties.MaximumBatchingWindowInSeconds ?? 0);
    const visible = Number(queue.VisibilityTimeout ?? 30);
    const most = Number(
      (properties.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency ?? 2,
    );
    const reserved = Number(consumer.ReservedConcurrentExecutions ?? Number.POSITIVE_INFINITY);
    return [
      ...(visible < needed
        ? [`${id}: VisibilityTimeout ${visible} is below 6 × the function's and the window, ${needed}`]
        : []),
      ...(reserved < most
        ? [`${id}: ReservedConcurrentExecutions ${reserved} is below MaximumConcurrency ${most}`]
        : []),
    ];
  });
}

function environments(templates: Templates): string[] {
  return all(templates, 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
    const variables = ((properties.Environment ?? {}) as { Variables?: Record<string, string> }).Variables ?? {};
    const bytes = Buffer.byteLength(JSON.stringify(variables));
    return [
      ...(bytes > MAX_ENVIRONMENT_BYTES ? [`${id}: ${bytes} bytes of environment are more than 4 KB`] : []),
      ...Object.keys(variables)
        .filter((name) => RESERVED.test(name))
        .map((name) => `${id}: Lambda reserves ${name}`),
      ...((variables.AWS_SDK_UA_APP_ID?.length ?? 0) > MAX_APP_ID
        ? [`${id}: AWS_SDK_UA_APP_ID is longer than ${MAX_APP_ID}`]
        : []),
    ];
  });
}

function windows(templates: Templates): string[] {
  return all(templates, 'AWS::CloudWatch::Alarm').flatMap(({ id, properties }) => {
    const seconds = Number(properties.Period) * Number(properties.EvaluationPeriods);
    return seconds > DAY_SECONDS ? [`${id}: its window of ${seconds} s is longer than a day`] : [];
  });
}

function crossStack(templates: Templates): string[] {
  return Object.entries(templates).flatMap(([stack, template]) => {
    const text = JSON.stringify(template);
    const references = ['Fn::ImportValue', 'Fn::GetStackOutput', '"Export"'].filter((form) => text.includes(form));
    return references.map((form) => `${stack}: ${form} ties it to another stack`);
  });
}
