import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { names } from '../contract/names.ts';
import type { Stage } from './aws.ts';

/** The event sources of a type's function that are queues. None if the function is not there. */
export async function sourcesOf(stage: Stage, type: string): Promise<EventSourceMappingConfiguration[]> {
  const FunctionName = names.consumer(stage.name, type);
  const command = new ListEventSourceMappingsCommand({ FunctionName });
  const answer = await stage.aws.lambda.send(command).catch((error: unknown) => {
    if ((error as { name?: unknown } | undefined)?.name !== 'ResourceNotFoundException') throw error;
    return undefined;
  });
  const { EventSourceMappings = [] } = answer ?? {};
  return EventSourceMappings.filter(({ EventSourceArn = '' }) => /^arn:[\w-]+:sqs:/.test(EventSourceArn));
}

/**
 * Finds a queue of another name, or of another's, by the event source of the type's function.
 *
 * @returns its URL; undefined if the function has no queue
 */
export async function urlElsewhere(stage: Stage, type: string): Promise<string | undefined> {
  const [source] = await sourcesOf(stage, type);
  const [, , , , QueueOwnerAWSAccountId = '', QueueName] = source?.EventSourceArn?.split(':') ?? [];
  if (QueueName === undefined) return undefined;
  const { QueueUrl } = await stage.aws.sqs.send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }));
  return QueueUrl;
}
