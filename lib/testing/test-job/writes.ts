import { isDeepStrictEqual } from 'node:util';
import type { DynamoDbDocuments } from '../../aws/ports.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { TransactWrite } from '../../engine/job-context.ts';
import type { MemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { UnknownFormError } from '../aws/dynamodb/tokens.ts';
import { TestJobError } from './error.ts';

/** What a handler wrote by `commit` and `checkpoint`. */
export interface WriteLog {
  /** Writes that took effect, in order. */
  readonly writes: TransactWrite[];
  /** States that checkpoints wrote, in order. */
  readonly checkpoints: unknown[];
  /** The handler writes to a table that the test has not named, or in a form that is not modelled: its run shows nothing. */
  failure: TestJobError | undefined;
}

interface Known {
  /** Names of the tables that the test knows. */
  readonly tables: readonly string[];
  /** The job's item as it stands. */
  item(): JobItem | undefined;
}

/** Notes what transactions write: the job's own item is the first of each. */
export function noteWrites(documents: DynamoDbDocuments, log: WriteLog, { tables, item }: Known): DynamoDbDocuments {
  const noted = new Set<string | undefined>();
  return {
    async send(command) {
      const { TransactItems = [], ClientRequestToken } = command.input;
      const theirs = TransactItems.slice(1);
      const unknown = theirs.find((write) => !tables.includes(tableOf(write) ?? ''));
      if (unknown !== undefined) {
        log.failure ??= unknownTable(tableOf(unknown));
        // Of this kind, so that the engine does not try again.
        throw new TypeError(log.failure.message);
      }
      const before = item()?.checkpointNo ?? 0;
      const [reply] = await Promise.allSettled([documents.send(command)]);
      const after = item();
      if ((after?.checkpointNo ?? 0) !== before) log.checkpoints.push(after?.checkpoint);
      // A reply that is lost is one of a transaction that was carried out; its repetition is the same transaction.
      const carriedOut = reply.status === 'fulfilled' || reply.reason?.name === 'TimeoutError';
      if (carriedOut && !noted.has(ClientRequestToken)) {
        noted.add(ClientRequestToken);
        log.writes.push(...theirs);
      }
      if (reply.status === 'rejected') {
        if (reply.reason instanceof UnknownFormError) log.failure ??= notModelled(reply.reason);
        throw reply.reason;
      }
      return reply.value;
    },
  };
}

/** Notes each value of `progress` that a call leaves in the job's item, also where the answer is lost. */
export function noteProgress(
  { client, documents }: Pick<MemoryDynamoDb, 'client' | 'documents'>,
  { item, progress }: { item(): JobItem | undefined; readonly progress: unknown[] },
) {
  const look = () => {
    const now = item()?.progress;
    if (now !== undefined && !isDeepStrictEqual(now, progress.at(-1))) progress.push(now);
  };
  const noted = <C extends { send: unknown }>({ send }: C) =>
    ({
      async send(command: unknown) {
        try {
          return await (send as (command: unknown) => Promise<unknown>)(command);
        } finally {
          look();
        }
      },
    }) as { send: unknown } as C;
  return { dynamoDb: noted(client), documents: noted(documents) };
}

const tableOf = ({ Put, Update, Delete, ConditionCheck }: TransactWrite): string | undefined =>
  (Put ?? Update ?? Delete ?? ConditionCheck)?.TableName;

/** DynamoDB may take it: a run that ends DEAD of it would tell what is not so. */
function notModelled(cause: UnknownFormError): TestJobError {
  return new TestJobError(`${cause.message}: test this write against a DynamoDB of its own`, { cause });
}

function unknownTable(name: string | undefined): TestJobError {
  if (name === undefined) {
    return new TestJobError('a write of commit or checkpoint has no TableName: is a variable of the function not set?');
  }
  return new TestJobError(
    `the handler writes to the table "${name}": name it to testJob as tables: { '${name}': ['<partition key>'] }`,
  );
}
