import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { names } from '../contract/names.ts';
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

/** Event sources that are queues, by job type. */
export type StageSources = ReadonlyMap<string, readonly EventSourceMappingConfiguration[]>;

/**
 * The event sources of types' functions that are queues. It lists those of the account, a hundred a call: Lambda allows few such
 * calls a second, of all callers together. In an account with many others it asks for the types by themselves, once fewer of them
 * are left than calls were made.
 */
export async function sourcesOfStage(
  stage: Stage,
  types: readonly string[],
  { signal }: FeedOptions = {},
): Promise<StageSources> {
  const consumers = new Map(types.map((type) => [names.consumer(stage.name, type), type]));
  const found = new Map<string, EventSourceMappingConfiguration[]>();
  const left = () => types.filter((type) => !found.get(type)?.some((source) => isFixed(stage, type, source)));
  let Marker: string | undefined;
  let calls = 0;
  do {
    signal?.throwIfAborted();
    const command = new ListEventSourceMappingsCommand({ ...(Marker !== undefined && { Marker }) });
    const { EventSourceMappings = [], NextMarker } = await stage.aws.lambda.send(command);
    for (const mapping of EventSourceMappings.filter(isQueue)) {
      const type = consumers.get(UNQUALIFIED.exec(mapping.FunctionArn ?? '')?.[1] ?? '');
      if (type !== undefined) found.set(type, [...(found.get(type) ?? []), mapping]);
    }
    calls += 1;
    // The last page's may be empty.
    Marker = NextMarker || undefined;
  } while (Marker !== undefined && left().length > calls);
  if (Marker === undefined) return found;
  signal?.throwIfAborted();
  await Promise.all(left().map(async (type) => found.set(type, await sourcesOf(stage, type))));
  return found;
}

/** Whether an event source is the type's queue of the fixed name. */
export const isFixed = (
  { name }: Stage,
  type: string,
  { EventSourceArn = '' }: EventSourceMappingConfiguration,
): boolean => EventSourceArn.endsWith(`:${names.queue(name, type)}`);

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
