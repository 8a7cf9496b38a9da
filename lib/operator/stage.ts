import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { didYouMean } from '../contract/definition/suggest.ts';
import { checkedStage, DEFAULT_APP, names, partsOf, prefixOf } from '../contract/names.ts';
import { flagsOf, type SqsQueues, type Stage } from './aws.ts';
import { sourcesOf, urlElsewhere } from './elsewhere.ts';
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
  const types = await queueTypes(stage.aws.sqs, `${prefixOf(stage.name)}-`);
  const { found = [], deadLettersOf = [] } = types.get(stage.name) ?? {};
  const alone = deadLettersOf.filter((type) => !found.includes(type));
  const all = [...found, ...(await typesElsewhere(stage, alone))].toSorted();
  if (all.length > 0) return all;
  throw noSuchStage(stage.name, stagesIn(await queueTypes(stage.aws.sqs, ofApp(stage.name))));
}

/** Types that have a dead-letter queue alone, and whose function has a queue of another name. */
async function typesElsewhere(stage: Stage, types: readonly string[]): Promise<string[]> {
  const sources = await Promise.all(types.map((type) => sourcesOf(stage, type)));
  return types.filter((_, i) => (sources[i] ?? []).length > 0);
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
  const types = stages.get(name)?.found ?? [];
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

/** Job types of a stage, sorted. */
interface QueueTypes {
  /** Those that have a queue with the fixed name. */
  readonly found: string[];
  /** Those that have a dead-letter queue. */
  readonly deadLettersOf: string[];
}

const stagesIn = (types: ReadonlyMap<string, QueueTypes>): string[] =>
  [...types].filter(([, { found }]) => found.length > 0).map(([stage]) => stage);

/** Job types by stage's full name, read from the names of the queues with this prefix. */
async function queueTypes(sqs: SqsQueues, prefix: string): Promise<Map<string, QueueTypes>> {
  const types = new Map<string, QueueTypes>();
  for (const url of (await queueUrls(sqs, prefix)).toSorted()) {
    const [, app, name, type] = QUEUE.exec(url.split('/').at(-1) ?? '') ?? [];
    if (type === undefined) continue;
    const stage = checkedStage(name, app);
    const { found, deadLettersOf } = types.get(stage) ?? { found: [], deadLettersOf: [] };
    types.set(stage, { found, deadLettersOf });
    if (type.endsWith('-dlq')) deadLettersOf.push(type.slice(0, -'-dlq'.length));
    else if (!OTHERS.test(type) && type.length <= MAX_TYPE) found.push(type);
  }
  return types;
}

/** URLs of the queues whose names begin so. */
export async function queueUrls(sqs: SqsQueues, prefix: string): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
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
