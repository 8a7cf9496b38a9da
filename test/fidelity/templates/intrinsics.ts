import type { Resource, TemplateJson, Templates } from './synth.ts';

/** Where a stack would stand. */
export interface Environment {
  readonly account: string;
  readonly region: string;
  /** Names that CloudFormation makes up, by stack and logical id; without one a name is derived from both. */
  readonly physicalIds?: ReadonlyMap<string, string>;
  /** What SSM's parameters hold, by their names. */
  readonly parameters?: ReadonlyMap<string, string>;
}

/** Something that this evaluator does not understand: it refuses rather than guesses. */
export class UnresolvedError extends Error {
  override readonly name = 'UnresolvedError';
}

/** Replaces a template's intrinsic functions by what CloudFormation would put there. */
export function resolveTemplate(stackName: string, template: TemplateJson, environment: Environment): TemplateJson {
  const resolver = makeResolver(stackName, template, environment);
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => [
      id,
      { ...resource, Properties: resolver(resource.Properties ?? {}) as Record<string, unknown> },
    ]),
  );
  return { ...template, Resources };
}

export function resolveAll(templates: Templates, environment: Environment): Templates {
  const made = Object.entries(templates).flatMap(([stack, template]) => {
    const resolve = makeResolver(stack, template, environment);
    return Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
      .map(({ Properties = {} }) => [String(resolve(Properties.Name)), String(resolve(Properties.Value))] as const);
  });
  const known = { ...environment, parameters: new Map(made) };
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, resolveTemplate(name, template, known)]),
  );
}

function makeResolver(stackName: string, template: TemplateJson, environment: Environment) {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first !== undefined && /^(Ref|Fn::)/.test(first[0]))
      return intrinsic(first[0], first[1]);
    return Object.fromEntries(entries.map(([name, inner]) => [name, resolve(inner)]));
  };
  const intrinsic = (name: string, argument: unknown): unknown => {
    switch (name) {
      case 'Ref':
        return reference(String(argument));
      case 'Fn::GetAtt': {
        const [id, attribute] = argument as [string, string];
        if (attribute === 'Arn' || attribute === 'TopicArn') return identityOf(id).arn;
        if (/^(Queue|Topic)Name$/.test(attribute)) return identityOf(id).arn.split(':').at(-1);
        throw new UnresolvedError(`Fn::GetAtt ${id}.${attribute}`);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map(resolve).join(separator);
      }
      case 'Fn::Sub':
        if (typeof argument !== 'string') throw new UnresolvedError('Fn::Sub with a map');
        return argument.replaceAll(/\$\{([\w:]+)\}/g, (_, id: string) => String(reference(id)));
      default:
        throw new UnresolvedError(`${name} in ${stackName}`);
    }
  };
  const reference = (id: string): unknown => {
    const pseudo = pseudoParameters(stackName, environment)[id];
    return pseudo ?? parameterOf(id) ?? identityOf(id).ref;
  };
  /** What CloudFormation reads from SSM before it deploys. */
  const parameterOf = (id: string): string | undefined => {
    const { Type, Default = '' } = template.Parameters?.[id] ?? {};
    return Type === 'AWS::SSM::Parameter::Value<String>' ? environment.parameters?.get(Default) : undefined;
  };
  const identityOf = (id: string) => {
    const resource = template.Resources[id];
    if (resource === undefined) throw new UnresolvedError(`${stackName} has no resource ${id}`);
    const name = environment.physicalIds?.get(`${stackName}/${id}`) ?? `${stackName}-${id}`.toLowerCase();
    return identity(resource, { name, environment, resolve });
  };
  return resolve;
}

const pseudoParameters = (stackName: string, { account, region }: Environment): Record<string, string> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
});

interface Naming {
  /** Physical id, where the template names nothing. */
  readonly name: string;
  readonly environment: Environment;
  readonly resolve: (value: unknown) => unknown;
}

/** What Ref and the ARN of a resource are (AWS CloudFormation template reference, "Return values" of each type). */
function identity(
  { Type, Properties = {} }: Resource,
  { name, environment, resolve }: Naming,
): { ref: string; arn: string } {
  const { account, region } = environment;
  const given = (property: string) => String(resolve(Properties[property] ?? name));
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const named = (ref: string, service: string, prefix = '') => ({ ref, arn: arn(service, `${prefix}${ref}`) });
  switch (Type) {
    case 'AWS::SQS::Queue': {
      const queue = given('QueueName');
      return { ref: `https://sqs.${region}.amazonaws.com/${account}/${queue}`, arn: arn('sqs', queue) };
    }
    case 'AWS::SNS::Topic':
      return { ref: arn('sns', given('TopicName')), arn: arn('sns', given('TopicName')) };
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return named(given('TableName'), 'dynamodb', 'table/');
    case 'AWS::Lambda::Function':
      return named(given('FunctionName'), 'lambda', 'function:');
    case 'AWS::Logs::LogGroup':
      return { ref: given('LogGroupName'), arn: `${arn('logs', `log-group:${given('LogGroupName')}`)}:*` };
    case 'AWS::Events::Rule':
      return named(given('Name'), 'events', 'rule/');
    case 'AWS::Scheduler::ScheduleGroup':
      return named(given('Name'), 'scheduler', 'schedule-group/');
    case 'AWS::IAM::Role':
      return { ref: given('RoleName'), arn: `arn:aws:iam::${account}:role/${given('RoleName')}` };
    case 'AWS::S3::Bucket':
      return { ref: given('BucketName'), arn: `arn:aws:s3:::${given('BucketName')}` };
    case 'AWS::SecretsManager::Secret': {
      // Secrets Manager adds six characters of its own.
      const secret = arn('secretsmanager', `secret:${given('Name')}-??????`);
      return { ref: secret, arn: secret };
    }
    case 'AWS::KMS::Key':
      return named(name, 'kms', 'key/');
    case 'AWS::CloudWatch::Alarm':
      return named(given('AlarmName'), 'cloudwatch', 'alarm:');
    case 'AWS::Lambda::EventSourceMapping':
      return named(name, 'lambda', 'event-source-mapping:');
    default:
      throw new UnresolvedError(`Ref or Arn of ${Type}`);
  }
}
