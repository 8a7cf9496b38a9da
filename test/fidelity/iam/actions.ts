import type { Environment } from '../templates/intrinsics.ts';
import type { Context } from './evaluate.ts';

/** An AWS call of a deployed function, as it was seen at the wire. */
export interface WireCall {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What IAM is asked about a call: often another action than the call's name. */
export interface Right {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request and their values. */
  readonly context?: Context;
}

/** A call that this map does not know: it refuses rather than guesses. */
export class UnknownCallError extends Error {
  override readonly name = 'UnknownCallError';
}

/** The rights that a call needs (Service Authorization Reference, one page a service). */
export function rightsOf(call: WireCall, environment: Environment): Right[] {
  const target = call.headers['x-amz-target'];
  if (target !== undefined) {
    const [service = '', operation = ''] = target.split('.');
    const input = JSON.parse(call.body || '{}') as Record<string, unknown>;
    if (service.startsWith('DynamoDB_')) return dynamoDb(operation, input, environment);
    if (service === 'AWSEvents') return events(operation, input, environment);
    if (service === 'AmazonSQS') return [sqs(operation, input, environment)];
    if (service === 'secretsmanager' && operation === 'GetSecretValue') {
      const id = String(input.SecretId);
      // A name stands for the secret's ARN, which ends in six characters more.
      const resource = id.startsWith('arn:') ? id : arn(environment, 'secretsmanager', `secret:${id}-abcdef`);
      return [{ action: 'secretsmanager:GetSecretValue', resource }];
    }
    throw new UnknownCallError(target);
  }
  const form = new URLSearchParams(call.body);
  if (/\/ses\//.test(call.headers.authorization ?? '') && form.has('Action')) return ses(form, environment);
  if (/\/s3\//.test(call.headers.authorization ?? '')) return [s3(call, environment)];
  throw new UnknownCallError(`${call.method} ${call.path}`);
}

const arn = ({ account, region }: Environment, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** PartiQL has rights of its own, beside those of the plain actions; a transaction needs each of its writes'. */
function dynamoDb(operation: string, input: Record<string, unknown>, environment: Environment): Right[] {
  const table = (name: unknown) => arn(environment, 'dynamodb', `table/${String(name)}`);
  switch (operation) {
    case 'BatchExecuteStatement':
      return (input.Statements as PartiQl[]).map((statement) => partiQl(statement, table));
    case 'ExecuteStatement':
      return [partiQl(input as unknown as PartiQl, table)];
    case 'TransactWriteItems':
      return (input.TransactItems as Record<string, Write>[]).flatMap((item) =>
        Object.entries(item).map(([kind, { TableName, Key, Item }]) => ({
          action: `dynamodb:${kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`}`,
          resource: table(TableName),
          ...leadingKeys(TableName, [Key ?? Item]),
        })),
      );
    case 'BatchGetItem':
      return Object.entries(input.RequestItems as Record<string, Reading>).map(([name, { Keys, ...projection }]) => ({
        action: 'dynamodb:BatchGetItem',
        resource: table(name),
        context: { ...leadingKeys(name, Keys).context, ...attributesOf(projection) },
      }));
    case 'UpdateItem': {
      const { TableName, Key } = input as unknown as Write;
      return [{ action: 'dynamodb:UpdateItem', resource: table(TableName), ...leadingKeys(TableName, [Key]) }];
    }
    case 'Query': {
      const index = input.IndexName === undefined ? '' : `/index/${String(input.IndexName)}`;
      return [{ action: 'dynamodb:Query', resource: `${table(input.TableName)}${index}` }];
    }
    default:
      throw new UnknownCallError(`DynamoDB ${operation}`);
  }
}

export type Attributes = Readonly<Record<string, { readonly S?: string }>>;
interface Write {
  readonly TableName: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
}
interface Reading extends Projection {
  readonly Keys: readonly Attributes[];
}
interface PartiQl {
  readonly Statement: string;
  readonly Parameters?: readonly { readonly S?: string }[];
}

/** The partition keys of a request: of the jobs table, no other is bound by them. */
export function leadingKeys(table: string, items: readonly (Attributes | undefined)[]): Pick<Right, 'context'> {
  if (!table.endsWith('-jobs')) return {};
  const ids = items.map((item) => item?.id?.S);
  if (!ids.every((id) => id !== undefined)) throw new UnknownCallError(`an item of ${table} without its id`);
  return { context: { 'dynamodb:LeadingKeys': ids } };
}

/** What a reading call names in its projection; without one it is given every attribute. */
export function attributesOf({ ProjectionExpression, ExpressionAttributeNames = {} }: Projection): Context {
  if (ProjectionExpression === undefined) return { 'dynamodb:Select': 'ALL_ATTRIBUTES' };
  const named = ProjectionExpression.split(',').map((name) => name.trim());
  return {
    'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
    'dynamodb:Attributes': named.map((name) => ExpressionAttributeNames[name] ?? name),
  };
}

interface Projection {
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

/** The item that a statement names: the parameter at its `"id" = ?`, or at its `'id': ?`. */
function itemOf({ Statement, Parameters = [] }: PartiQl): Attributes {
  const before = /^.*?(?:WHERE .*?"id" = |'id': )(?=\?)/s.exec(Statement)?.[0] ?? '';
  const id = before === '' ? undefined : Parameters[before.split('?').length - 1];
  return id === undefined ? {} : { id };
}

function partiQl(given: PartiQl, table: (name: string) => string): Right {
  const statement = given.Statement;
  const found = /^(?:(INSERT) INTO|(UPDATE)|(DELETE) FROM|(SELECT) .*? FROM) "([^"]+)"/s.exec(statement);
  const verb = found?.slice(1, 5).find((word) => word !== undefined);
  if (verb === undefined || found?.[5] === undefined) throw new UnknownCallError(`PartiQL ${statement.slice(0, 40)}`);
  const action = `dynamodb:PartiQL${verb.charAt(0)}${verb.slice(1).toLowerCase()}`;
  return { action, resource: table(found[5]), ...leadingKeys(found[5], [itemOf(given)]) };
}

/** Batches are authorised as their single action (Amazon SQS Developer Guide, "API permissions"). */
function sqs(operation: string, input: Record<string, unknown>, environment: Environment): Right {
  const known = [
    'SendMessage',
    'SendMessageBatch',
    'ChangeMessageVisibility',
    'ChangeMessageVisibilityBatch',
    'GetQueueUrl',
  ];
  if (!known.includes(operation)) throw new UnknownCallError(`SQS ${operation}`);
  const queue = String(input.QueueName ?? String(input.QueueUrl).split('/').at(-1));
  return { action: `sqs:${operation.replace(/Batch$/, '')}`, resource: arn(environment, 'sqs', queue) };
}

/** Each entry is authorised by itself, on its bus and for its source (Service Authorization Reference, EventBridge). */
function events(operation: string, input: Record<string, unknown>, environment: Environment): Right[] {
  if (operation !== 'PutEvents') throw new UnknownCallError(`EventBridge ${operation}`);
  return (input.Entries as { EventBusName?: string; Source: string }[]).map(({ EventBusName = 'default', Source }) => ({
    action: 'events:PutEvents',
    resource: arn(environment, 'events', `event-bus/${EventBusName}`),
    context: { 'events:source': Source },
  }));
}

function ses(form: URLSearchParams, environment: Environment): Right[] {
  const operation = form.get('Action') ?? '';
  if (operation !== 'SendEmail' && operation !== 'SendTemplatedEmail') throw new UnknownCallError(`SES ${operation}`);
  const address = (form.get('Source') ?? '').replace(/^.*<|>$/g, '');
  const action = `ses:${operation}`;
  const context = { 'ses:FromAddress': address };
  // Whichever identity is verified: here the domain.
  const identity = arn(environment, 'ses', `identity/${address.replace(/^.*@/, '')}`);
  const template = form.get('Template');
  const resources = template === null ? [identity] : [identity, arn(environment, 'ses', `template/${template}`)];
  return resources.map((resource) => ({ action, resource, context }));
}

/** Every step of a multipart upload is PutObject, but for its end without a result. */
function s3({ method, path }: WireCall, { account }: Environment): Right {
  const url = new URL(path, 'http://s3');
  const resource = `arn:aws:s3:::${decodeURIComponent(url.pathname.slice(1))}`;
  const context = { 's3:ResourceAccount': account };
  // HeadBucket (Service Authorization Reference, Amazon S3).
  if (method === 'HEAD' && resource.endsWith('/'))
    return { action: 's3:ListBucket', resource: resource.slice(0, -1), context };
  if (method === 'GET') return { action: 's3:GetObject', resource, context };
  if (method === 'PUT' || method === 'POST') return { action: 's3:PutObject', resource, context };
  if (method === 'DELETE' && url.searchParams.has('uploadId')) return { action: 's3:AbortMultipartUpload', resource };
  throw new UnknownCallError(`S3 ${method} ${path}`);
}
