import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { names, prefixOf } from '../contract/names.ts';
import type { FeedOptions, Stage } from './aws.ts';

/** The event sources of a type's function that are queues. None if the function is not there. */
export async function sourcesOf(stage: Stage, type: string): Promise<EventSourceMappingConfiguration[]> {
  const FunctionName = names.consumer(stage.name, type);
  const command = new ListEventSourceMappingsCommand({ FunctionName });
  const answer = await stage.aws.lambda.send(command).catch((error: unknown) => {
    if ((error as { name?: unknown } | undefined)?.name !== 'ResourceNotFoundException') throw error;
    return undefined;
  });
  const { EventSourceMappings = [] } = answer ?? {};
  return EventSourceMappings.filter(isQueue);
}

const isQueue = ({ EventSourceArn = '' }: EventSourceMappingConfiguration) => /^arn:[\w-]+:sqs:/.test(EventSourceArn);

/** Event sources that are queues, by their function's name. */
export type StageSources = ReadonlyMap<string, readonly EventSourceMappingConfiguration[]>;

/**
 * The event sources of all functions of a stage that are queues. It lists those of the account, a hundred a call, so that its cost
 * does not grow with each type: Lambda allows few such calls a second, of all callers together.
 */
export async function sourcesOfStage({ name, aws }: Stage, { signal }: FeedOptions = {}): Promise<StageSources> {
  const found = new Map<string, EventSourceMappingConfiguration[]>();
  let Marker: string | undefined;
  do {
    signal?.throwIfAborted();
    const command = new ListEventSourceMappingsCommand({ ...(Marker !== undefined && { Marker }) });
    const { EventSourceMappings = [], NextMarker } = await aws.lambda.send(command);
    for (const mapping of EventSourceMappings.filter(isQueue)) {
      const [, consumer = ''] = UNQUALIFIED.exec(mapping.FunctionArn ?? '') ?? [];
      if (consumer.startsWith(`${prefixOf(name)}-`)) found.set(consumer, [...(found.get(consumer) ?? []), mapping]);
    }
    // The last page's may be empty.
    Marker = NextMarker || undefined;
  } while (Marker !== undefined);
  return found;
}

/** An alias or a version of a function has event sources of its own. */
const UNQUALIFIED = /:function:([^:]+)(?::\$LATEST)?$/;

/**
 * Finds a queue of another name, or of another's, by the event source of the type's function.
 *
 * @returns its URL; undefined if the function has no queue
 */
export async function urlElsewhere(stage: Stage, type: string): Promise<string | undefined> {
  const [source] = await sourcesOf(stage, type);
  return urlOfSource(stage, source);
}

/** @returns the URL of an event source's queue; undefined without one */
export async function urlOfSource(
  { aws }: Stage,
  source: EventSourceMappingConfiguration | undefined,
): Promise<string | undefined> {
  const [, , , , QueueOwnerAWSAccountId = '', QueueName] = source?.EventSourceArn?.split(':') ?? [];
  if (QueueName === undefined) return undefined;
  const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }));
  return QueueUrl;
}
