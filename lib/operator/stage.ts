import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { didYouMean } from '../contract/definition/suggest.ts';
import { checkedStage, DEFAULT_APP, names, partsOf, prefixOf } from '../contract/names.ts';
import { type FeedOptions, flagsOf, type SqsQueues, type Stage } from './aws.ts';
import { type StageSources, sourcesOf, sourcesOfStage, urlElsewhere, urlOfSource } from './elsewhere.ts';
import type { JobTable } from './job-table.ts';

/** The stage has no queues in this account and region. */
export class NoSuchStageError extends Error {
  override readonly name = 'NoSuchStageError';
}

/** The stage does not have the job type. */
export class NoSuchTypeError extends Error {
  override readonly name = 'NoSuchTypeError';
}

/** Queues of a job type. */
export interface TypeQueues {
  readonly type: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** True for a queue of another name than the fixed one, which may be somebody else's. */
  readonly isElsewhere?: true;
}

export const tableOf = ({ name, aws: { dynamoDb }, now }: Stage): JobTable => ({
  dynamoDb,
  table: names.jobsTable(name),
  ...(now !== undefined && { now }),
});

/**
 * The job types of a stage, read from the names of its queues, sorted.
 *
 * @throws NoSuchStageError that names the stages that exist
 */
export async function typesOf(stage: Stage): Promise<string[]> {
  const { found, deadLettersOf } = await listedQueues(stage);
  const alone = [...deadLettersOf.keys()].filter((type) => !found.has(type));
  const sources = await Promise.all(alone.map((type) => sourcesOf(stage, type)));
  const elsewhere = alone.filter((_, i) => (sources[i] ?? []).length > 0);
  return whatThereIs(stage, [...found.keys(), ...elsewhere].toSorted());
}

/**
 * The job types of a stage with the URLs of their queues, sorted: to be kept by whoever looks again and again. It lists the queues,
 * and asks for no URL by itself but for a queue of another name. A type of which one queue is missing, since its stack is being made
 * or deleted, is left out.
 *
 * @throws NoSuchStageError that names the stages that exist; the signal's reason
 */
export async function typeQueues(stage: Stage, options: FeedOptions = {}): Promise<TypeQueues[]> {
  return (await listedTypes(stage, options)).whole;
}

/** What {@link typeQueues} has, and types of which one queue was not listed. */
export async function listedTypes(
  stage: Stage,
  options: FeedOptions = {},
): Promise<{ whole: TypeQueues[]; halves: string[] }> {
  const { found, deadLettersOf } = await listedQueues(stage, options);
  const alone = [...deadLettersOf.keys()].filter((type) => !found.has(type));
  const sources: StageSources = alone.length > 0 ? await sourcesOfStage(stage, alone, options) : new Map();
  const elsewhere = await Promise.all(alone.map((type) => urlOfSource(stage, sources.get(type)?.[0])));
  const whole = [...deadLettersOf].flatMap(([type, deadLetterQueueUrl]): TypeQueues[] => {
    const queueUrl = found.get(type);
    if (queueUrl !== undefined) return [{ type, queueUrl, deadLetterQueueUrl }];
    const other = elsewhere[alone.indexOf(type)];
    return other === undefined ? [] : [{ type, queueUrl: other, deadLetterQueueUrl, isElsewhere: true }];
  });
  const halves = [...found.keys()].filter((type) => !deadLettersOf.has(type));
  await whatThereIs(stage, [...whole, ...halves]);
  return { whole: whole.toSorted((a, b) => (a.type < b.type ? -1 : 1)), halves };
}

const listedQueues = async ({ aws, name }: Stage, options?: FeedOptions): Promise<QueueTypes> =>
  (await queueTypes(aws.sqs, `${prefixOf(name)}-`, options)).get(name) ?? {
    found: new Map(),
    deadLettersOf: new Map(),
  };

async function whatThereIs<T>(stage: Stage, all: T[]): Promise<T[]> {
  if (all.length > 0) return all;
  throw noSuchStage(stage.name, stagesIn(await queueTypes(stage.aws.sqs, ofApp(stage.name))));
}

/**
 * Finds a job type's queues by their fixed names. A queue of another name is found by the event source of the type's function.
 *
 * @throws NoSuchStageError, NoSuchTypeError that name those that exist
 */
export async function queuesOf(stage: Stage, type: string): Promise<TypeQueues> {
  try {
    const urlOf = async (QueueName: string) => {
      const { QueueUrl } = await stage.aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
      return QueueUrl ?? '';
    };
    const [fixed, dead] = await Promise.allSettled([
      urlOf(names.queue(stage.name, type)),
      urlOf(names.deadLetterQueue(stage.name, type)),
    ]);
    if (dead.status === 'rejected') throw dead.reason;
    const deadLetterQueueUrl = dead.value;
    if (fixed.status === 'fulfilled') return { type, queueUrl: fixed.value, deadLetterQueueUrl };
    const queueUrl = isMissing(fixed.reason) ? await urlElsewhere(stage, type) : undefined;
    if (queueUrl === undefined) throw fixed.reason;
    return { type, queueUrl, deadLetterQueueUrl, isElsewhere: true };
  } catch (error) {
    throw isMissing(error) ? await whatIsMissing(stage, { type, cause: error }) : error;
  }
}

/**
 * Runs `work` on a stage's resources. If one of them is missing, the error says which.
 *
 * @throws NoSuchStageError, NoSuchTypeError instead of the service's own error
 */
export async function onStage<T>(stage: Stage, type: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isMissing(error) ? await whatIsMissing(stage, { type, cause: error }) : error;
  }
}

/** A queue's attributes, as SQS answers them: numbers are text. */
export async function queueAttributes(
  sqs: SqsQueues,
  QueueUrl: string,
  AttributeNames: QueueAttributeName[],
): Promise<Partial<Record<QueueAttributeName, string>>> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Attributes;
}

/** Whether a queue, table, function or log group does not exist. Each service has its own error name for it. */
export function isMissing(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: unknown };
  return /QueueDoesNotExist|NonExistentQueue|ResourceNotFoundException/.test(String(name));
}

interface Missing {
  readonly type: string | undefined;
  readonly cause: unknown;
}

async function whatIsMissing(stage: Stage, { type, cause }: Missing): Promise<Error> {
  const { name, aws } = stage;
  const stages = await queueTypes(aws.sqs, ofApp(name)).catch(() => undefined);
  if (stages === undefined) {
    return new NoSuchStageError(`stage "${name}" lacks a resource that the command needs; is it deployed here?`, {
      cause,
    });
  }
  const types = [...(stages.get(name)?.found.keys() ?? [])];
  if (types.length === 0) return noSuchStage(name, stagesIn(stages), cause);
  if (type === undefined || types.includes(type)) {
    const what = type === undefined ? 'a resource' : `a resource of job type "${type}"`;
    const message = `${what} in stage "${name}" is gone: was a stack deleted meanwhile? npx sluice doctor${flagsOf(stage)} shows what is left`;
    return new NoSuchTypeError(message, { cause });
  }
  const guess = didYouMean(type, types) || `; it has: ${types.join(', ')}`;
  return new NoSuchTypeError(`stage "${name}" has no job type "${type}"${guess}`, { cause });
}

const ownerOf = (stage: string): string => {
  const { app } = partsOf(stage);
  return app === DEFAULT_APP ? 'Sluice' : `app "${app}"`;
};

function noSuchStage(name: string, stages: readonly string[], cause?: unknown): NoSuchStageError {
  const there =
    stages.length === 0
      ? `no stage of ${ownerOf(name)} is deployed in this account and region (check --region and --profile)`
      : `stages there: ${stages.join(', ')}`;
  return new NoSuchStageError(`stage "${name}" is not deployed in this account and region; ${there}`, { cause });
}

const QUEUE = /^([a-z][a-z0-9]{0,15})-([a-z][a-z0-9]{0,15})-([a-z][a-z0-9-]{0,43})$/;
const OTHERS = /-(high|low)$/;
/** Of a job type's name. */
const MAX_TYPE = 40;

/** What the queues of a stage's app begin with. */
const ofApp = (stage: string): string => `${partsOf(stage).app}-`;

/** Job types of a stage, sorted, each with its queue's URL. */
interface QueueTypes {
  /** Those that have a queue with the fixed name. */
  readonly found: Map<string, string>;
  /** Those that have a dead-letter queue. */
  readonly deadLettersOf: Map<string, string>;
}

const stagesIn = (types: ReadonlyMap<string, QueueTypes>): string[] =>
  [...types].filter(([, { found }]) => found.size > 0).map(([stage]) => stage);

/** Job types by stage's full name, read from the names of the queues with this prefix. */
async function queueTypes(sqs: SqsQueues, prefix: string, options?: FeedOptions): Promise<Map<string, QueueTypes>> {
  const types = new Map<string, QueueTypes>();
  for (const url of (await queueUrls(sqs, prefix, options)).toSorted()) {
    const [, app, name, type] = QUEUE.exec(url.split('/').at(-1) ?? '') ?? [];
    if (type === undefined) continue;
    const stage = checkedStage(name, app);
    const { found, deadLettersOf } = types.get(stage) ?? { found: new Map(), deadLettersOf: new Map() };
    types.set(stage, { found, deadLettersOf });
    if (type.endsWith('-dlq')) deadLettersOf.set(type.slice(0, -'-dlq'.length), url);
    else if (!OTHERS.test(type) && type.length <= MAX_TYPE) found.set(type, url);
  }
  return types;
}

/** URLs of the queues whose names begin so. */
export async function queueUrls(sqs: SqsQueues, prefix: string, { signal }: FeedOptions = {}): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    signal?.throwIfAborted();
    const page = await sqs.send(
      new ListQueuesCommand({
        QueueNamePrefix: prefix,
        MaxResults: 1000,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    found.push(...(page.QueueUrls ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return found;
}
