import { errorName } from '../aws/errors.ts';
import type { ProducerDynamoDb } from '../aws/producer-ports.ts';
import { InvalidMessageError } from '../contract/errors.ts';
import type { JobStatus } from '../contract/job.ts';
import { names } from '../contract/names.ts';
import { isExpired } from '../contract/protocol/expiration.ts';
import { isFinished, itemId } from '../contract/protocol/job-item.ts';
import { ProducerConfigurationError, SendError } from './errors.ts';
import { startTries, type TryLimits } from './tries.ts';

/** The job that has a key already. */
export interface EarlierJob {
  readonly jobId: string;
  readonly status: JobStatus;
}

/** Where {@link lookFor} looks, and for what. */
export interface Look {
  readonly dynamoDb: ProducerDynamoDb | undefined;
  /** @throws ProducerConfigurationError if it is not set */
  readonly stage: () => string;
  readonly limits: TryLimits;
  readonly type: string;
  readonly jobId: string;
  /** What the job's item is found by. */
  readonly key: string;
}

/** @throws InvalidMessageError unless the option is absent or `look` */
export function checkOnDuplicate(value: unknown): void {
  if (value === undefined || value === 'look') return;
  throw new InvalidMessageError(`"onDuplicate" must be "look", got ${JSON.stringify(value)?.slice(0, 80)}`);
}

/**
 * Looks, by one read, whether a key is used.
 *
 * @returns undefined if no job has it, or the one that had it is past its retention
 * @throws SendError if the table could not be read: nothing was sent
 * @throws ProducerConfigurationError without a client
 */
export async function lookFor({ dynamoDb, stage, limits, type, jobId, key }: Look): Promise<EarlierJob | undefined> {
  if (dynamoDb === undefined) {
    throw new ProducerConfigurationError(
      'onDuplicate: "look" reads the jobs table: createProducer({ dynamoDb: new DynamoDB() }), of @aws-sdk/client-dynamodb',
    );
  }
  const input = {
    TableName: names.jobsTable(stage()),
    Key: { id: { S: itemId(type, key) } },
    ConsistentRead: true,
    ProjectionExpression: 'jobId, #status, expiration, undelivered',
    ExpressionAttributeNames: { '#status': 'status' },
  };
  try {
    const { Item } = await startTries(limits).request((options) => dynamoDb.getItem(input, options));
    return Item && earlierJob(Item, Date.now());
  } catch (cause) {
    const code = errorName(cause);
    const why = `table ${input.TableName} could not be read (${code}); dynamodb:GetItem is needed`;
    throw new SendError(`job ${jobId} was not sent: ${why}`, { code, maybeSent: false, cause });
  }
}

type Item = NonNullable<Awaited<ReturnType<ProducerDynamoDb['getItem']>>['Item']>;

function earlierJob({ jobId, status, expiration, undelivered }: Item, nowMs: number): EarlierJob | undefined {
  const found = { jobId: jobId?.S ?? '', status: status?.S as JobStatus };
  const isOver =
    isFinished(found) && undelivered === undefined && isExpired({ expiration: Number(expiration?.N) }, nowMs);
  return isOver ? undefined : found;
}
