import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { ChangingDynamoDb } from '../aws/client-ports.ts';
import { errorName } from '../aws/errors.ts';
import { MARSHALL, toItem } from '../aws/marshal.ts';
import type { ItemUpdate, ItemWrite } from '../contract/protocol/item-write.ts';
import { itemId, type JobItem } from '../contract/protocol/job-item.ts';
import { NO_PAYLOAD_ATTRIBUTES } from '../contract/protocol/no-payload.ts';
import type { OperatorStep } from '../contract/protocol/operate.ts';
import { isOfNewer, SCHEMA, schemaOf } from '../contract/protocol/schema.ts';
import type { OperatorRow } from '../contract/protocol/transitions.ts';

/** The jobs table of a stage, to change a job in. */
export interface ChangedTable {
  readonly dynamoDb: ChangingDynamoDb;
  readonly table: string;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
}

export interface JobName {
  readonly type: string;
  readonly key: string;
}

/** The row of the state machine that a command wrote, or none, and the item as it is now. */
export interface Operated {
  readonly row: OperatorRow | 'none';
  readonly item: JobItem | undefined;
}

/** The job changed each time it was read. The command may be given again. */
export class JobChangedError extends Error {
  override readonly name = 'JobChangedError';
}

/** A newer version of Sluice wrote the job: this one does not know what it may change. */
export class NewerJobError extends Error {
  override readonly name = 'NewerJobError';
  constructor({ type, key }: JobName, item: Pick<JobItem, 'schema'>) {
    super(
      `${type} ${key} was written by a newer version of Sluice (schema ${schemaOf(item)}, this one knows ${SCHEMA}): use that version's command`,
    );
  }
}

/** How often a command is decided again when the engine has changed the item in between. */
const MAX_ROUNDS = 5;

/**
 * Reads a job's item, consistently; undefined if there is none.
 *
 * @param payload whether with a parked job's body, which needs a right of its own. @default true
 */
export async function readJob(
  { dynamoDb, table }: ChangedTable,
  { type, key }: JobName,
  { payload = true } = {},
): Promise<JobItem | undefined> {
  const Key = { id: { S: itemId(type, key) } };
  const projection = payload ? {} : WITHOUT_PAYLOAD;
  const { Item } = await dynamoDb.send(
    new GetItemCommand({ TableName: table, Key, ConsistentRead: true, ...projection }),
  );
  return Item && toItem(Item);
}

const WITHOUT_PAYLOAD = {
  ProjectionExpression: NO_PAYLOAD_ATTRIBUTES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(NO_PAYLOAD_ATTRIBUTES.map((name) => [`#${name}`, name])),
};

/**
 * Reads a job, decides, and writes if the job has not changed since it was read. If it has, it decides again.
 *
 * @throws NewerJobError if a newer version of Sluice wrote it
 * @throws JobChangedError if another writer was faster each time
 */
export async function operate(
  deps: ChangedTable,
  job: JobName,
  decide: (item: JobItem | undefined, nowMs: number) => OperatorStep,
): Promise<Operated> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const item = await readJob(deps, job);
    if (item !== undefined && isOfNewer(item)) throw new NewerJobError(job, item);
    const step = decide(item, (deps.now ?? Date.now)());
    if (step.row === 'none') return { row: 'none', item };
    if (await write(deps, step.write)) return { row: step.row, item: await readJob(deps, job) };
  }
  throw new JobChangedError(`${job.type} ${job.key} changed ${MAX_ROUNDS} times meanwhile; try again`);
}

/** @returns whether the condition held and the item was written */
async function write({ dynamoDb, table }: ChangedTable, change: ItemWrite): Promise<boolean> {
  try {
    if (change.kind === 'insert') await dynamoDb.send(insertion(table, change.item));
    else await dynamoDb.send(updating(table, change));
    return true;
  } catch (error) {
    // By its name: bundles leave out the SDK's classes of errors.
    if (errorName(error) === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

const insertion = (TableName: string, item: JobItem): PutItemCommand =>
  new PutItemCommand({
    TableName,
    Item: marshall(item, MARSHALL),
    ConditionExpression: 'attribute_not_exists(#id)',
    ExpressionAttributeNames: { '#id': 'id' },
  });

function updating(TableName: string, { id, set, remove, fence, absent }: ItemUpdate): UpdateItemCommand {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const value = (prefix: string, [attribute, given]: [string, unknown]) => {
    values[`:${prefix}_${attribute}`] = given;
    return `${name(attribute)} = :${prefix}_${attribute}`;
  };
  const assignments = Object.entries(set).map((entry) => value('set', entry));
  const conditions = [
    ...Object.entries(fence).map((entry) => value('is', entry)),
    ...absent.map((attribute) => `attribute_not_exists(${name(attribute)})`),
  ];
  const removed = remove.length === 0 ? '' : ` REMOVE ${remove.map(name).join(', ')}`;
  return new UpdateItemCommand({
    TableName,
    Key: { id: { S: id } },
    UpdateExpression: `SET ${assignments.join(', ')}${removed}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values, MARSHALL),
  });
}
