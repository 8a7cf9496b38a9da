import type { Environment } from '../templates/intrinsics.ts';
import {
  type Attributes,
  attributesOf,
  leadingKeys,
  type Right,
  rightsOf,
  UnknownCallError,
  type WireCall,
} from './actions.ts';
import type { Context } from './evaluate.ts';

/** The rights that a call of the operator's command needs; those that functions make too are in `actions.ts`. */
export function operatorRightsOf(call: WireCall, environment: Environment): Right[] {
  const target = call.headers['x-amz-target'];
  if (target !== undefined) return jsonCall(target, call, environment);
  if (call.path.startsWith('/2015-03-31/')) return [lambda(call, environment)];
  const form = new URLSearchParams(call.body);
  const action = form.get('Action');
  if (action === 'DescribeStacks') {
    const resource = arn(environment, 'cloudformation', `stack/${form.get('StackName')}/an-id`);
    return [{ action: `cloudformation:${action}`, resource }];
  }
  return rightsOf(call, environment);
}

const arn = ({ account, region }: Environment, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

function jsonCall(target: string, call: WireCall, environment: Environment): Right[] {
  const [service = '', operation = ''] = target.split('.');
  const input = JSON.parse(call.body || '{}') as Record<string, unknown>;
  if (service.startsWith('DynamoDB_') && /^(GetItem|PutItem|UpdateItem|Scan|DescribeTable)$/.test(operation)) {
    const resource = arn(environment, 'dynamodb', `table/${String(input.TableName)}`);
    const context = {
      ...(/^(GetItem|Scan)$/.test(operation) && attributesOf(input)),
      ...keysOf(input),
    };
    return [{ action: `dynamodb:${operation}`, resource, context }];
  }
  if (service === 'AmazonSQS' && operation === 'ListQueues') return [{ action: 'sqs:ListQueues', resource: '*' }];
  if (service === 'AmazonSQS' && /^(ReceiveMessage|DeleteMessageBatch|GetQueueAttributes)$/.test(operation)) {
    const queue = String(input.QueueUrl).split('/').at(-1) ?? '';
    return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, resource: arn(environment, 'sqs', queue) }];
  }
  if (service === 'Logs_20140328' && operation === 'FilterLogEvents') {
    return [
      { action: 'logs:FilterLogEvents', resource: arn(environment, 'logs', `log-group:${String(input.logGroupName)}`) },
    ];
  }
  if (service === 'Logs_20140328' && operation === 'StartQuery') {
    const groups = (input.logGroupNames ?? [input.logGroupName]) as unknown[];
    return groups.map((group) => ({
      action: 'logs:StartQuery',
      resource: arn(environment, 'logs', `log-group:${String(group)}`),
    }));
  }
  // CloudWatch. Neither of its calls has a resource.
  if (service.startsWith('GraniteService')) return [{ action: `cloudwatch:${operation}`, resource: '*' }];
  if (service === 'AWSEvents' && operation === 'ListRuleNamesByTarget') {
    return [{ action: 'events:ListRuleNamesByTarget', resource: '*' }];
  }
  if (service === 'AWSEvents' && operation === 'DescribeRule') {
    return [{ action: 'events:DescribeRule', resource: arn(environment, 'events', `rule/${String(input.Name)}`) }];
  }
  return rightsOf(call, environment);
}

/** Of calls on one item. */
function keysOf({ TableName, Key, Item }: { TableName?: unknown; Key?: unknown; Item?: unknown }): Context | undefined {
  const item = (Key ?? Item) as Attributes | undefined;
  return item === undefined ? undefined : leadingKeys(String(TableName), [item]).context;
}

function lambda({ method, path }: WireCall, environment: Environment): Right {
  const url = new URL(path, 'http://lambda');
  const [, mapping] = /\/event-source-mappings\/([^/]*)$/.exec(url.pathname) ?? [];
  if (method === 'GET' && !mapping && url.pathname.includes('/event-source-mappings')) {
    return { action: 'lambda:ListEventSourceMappings', resource: '*' };
  }
  if (method === 'PUT' && mapping) {
    return {
      action: 'lambda:UpdateEventSourceMapping',
      resource: arn(environment, 'lambda', `event-source-mapping:${mapping}`),
    };
  }
  const [, name] = /\/functions\/([^/]+)\/configuration$/.exec(url.pathname) ?? [];
  if (method === 'GET' && name !== undefined) {
    return { action: 'lambda:GetFunctionConfiguration', resource: arn(environment, 'lambda', `function:${name}`) };
  }
  throw new UnknownCallError(`Lambda ${method} ${path}`);
}
