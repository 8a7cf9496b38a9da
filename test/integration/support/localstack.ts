import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import { sqs } from './world.ts';

const config = inject('clientConfig');
const lambda = new LambdaClient(config);
const sns = new SNSClient(config);

export async function queueArn(QueueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  return (await sqs.send(command)).Attributes?.QueueArn ?? '';
}

/** Subscribes a new queue to a topic. @returns its URL; the queue gets each notification as it was published */
export async function subscribeQueue(TopicArn: string, name: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const Endpoint = await queueArn(QueueUrl);
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
  return QueueUrl;
}

/** The bodies that come within a second, taken off the queue. */
export async function takeBodies(QueueUrl: string): Promise<string[]> {
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
  const { Messages = [] } = await sqs.send(receive);
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '' }) => Body);
}

/** As an operator starts it who gives the console a custom destination. */
export async function moveMessages(fromUrl: string, toUrl: string): Promise<void> {
  const [SourceArn, DestinationArn] = [await queueArn(fromUrl), await queueArn(toUrl)];
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
}

/** Has all invocations throttled, and a message come back after so many seconds, until the result is called. */
export async function throttle(FunctionName: string, QueueUrl: string, visibilitySeconds: number) {
  const AttributeNames = ['VisibilityTimeout' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const { ReservedConcurrentExecutions } = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
  const setVisibility = (VisibilityTimeout = '30') =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
  await setVisibility(String(visibilitySeconds));
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  return async (): Promise<void> => {
    await setVisibility(Attributes?.VisibilityTimeout);
    if (ReservedConcurrentExecutions === undefined) {
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    } else {
      await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
    }
  };
}

/** How often a message was received, read without receiving it, which only LocalStack can. Undefined if it is gone. */
export async function receiveCount(queueUrl: string, messageId: string): Promise<number | undefined> {
  const url = new URL('/_aws/sqs/messages', config.endpoint);
  url.search = String(new URLSearchParams({ QueueUrl: queueUrl, ShowInvisible: 'true', ShowDelayed: 'true' }));
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  const answer = (await response.json()) as {
    ReceiveMessageResponse?: { ReceiveMessageResult?: { Message?: unknown } };
  };
  const found = answer.ReceiveMessageResponse?.ReceiveMessageResult?.Message;
  const message = ([found ?? []].flat() as SeenMessage[]).find(({ MessageId }) => MessageId === messageId);
  const attribute = [message?.Attribute ?? []].flat().find(({ Name }) => Name === 'ApproximateReceiveCount');
  return attribute && Number(attribute.Value);
}

interface SeenMessage {
  readonly MessageId: string;
  readonly Attribute?: { readonly Name: string; readonly Value: string }[];
}

/** Gives a deployed function one more environment variable. */
export async function setVariable(FunctionName: string, name: string, value: string): Promise<void> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, [name]: value };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  await waitUntilFunctionUpdatedV2({ client: lambda, minDelay: 0.2, maxDelay: 1, maxWaitTime: 60 }, { FunctionName });
}
