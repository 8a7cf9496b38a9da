import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { isTransient } from '../../aws/errors.ts';
import { toItem } from '../../aws/marshal.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { TABLE_TRIES } from './call-time.ts';
import { gather, type Waiting } from './gather.ts';
import type { WriterDeps } from './writes.ts';

/** A read that DynamoDB did not answer: nothing was begun, the message stays in its queue. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
}

/** Attributes that decide nothing, of which 25 items could weigh 10 MB. */
type Bulky = 'envelope' | 'result' | 'progress' | 'outbox';

/** What a transition is decided on. As a record, so that an attribute which is missing here does not compile. */
const DECISIVE = Object.keys({
  ...{ id: 0, schema: 0, jobId: 0, type: 0, status: 0, attempts: 0, maxAttempts: 0, runNo: 0, expiration: 0 },
  ...{
    createdAt: 0,
    processedAt: 0,
    completedAt: 0,
    failedAt: 0,
    reason: 0,
    error: 0,
    undelivered: 0,
    cancelRequested: 0,
  },
  ...{ bodyHash: 0, payloadHash: 0, diedOf: 0, owner: 0, leaseUntil: 0, crash: 0, checkpoint: 0, checkpointNo: 0 },
  ...{ dueAt: 0, listKey: 0, listAt: 0, turn: 0, startBefore: 0, endBefore: 0 },
  ...{ snoozes: 0, snoozesInRow: 0, putBacksInRow: 0 },
  ...{ flow: 0, owed: 0, passedOn: 0, open: 0, dead: 0, total: 0, children: 0, mode: 0, deadlineAt: 0 },
} satisfies Record<Exclude<keyof JobItem, Bulky>, 0>) as (keyof JobItem)[];
/** BatchGetItem takes 100 keys (DynamoDB API reference). */
export const MAX_KEYS = 100;

/** Reads one item; undefined if there is none. @throws ReadError */
export type Reader = (id: string) => Promise<JobItem | undefined>;

interface Asked {
  readonly id: string;
}

/** How items are read. */
export interface Reading {
  /** Attributes. @default what a transition is decided on */
  readonly names?: readonly (keyof JobItem)[];
  /** Half the price: what was written within the last second may be missed. @default false */
  readonly eventual?: boolean;
}

/** Sends the reads that are asked for in the same turn of the event loop together. An item is read once, however often it is asked for. */
export function makeReader(table: string, deps: WriterDeps, { names = DECISIVE, eventual }: Reading = {}): Reader {
  let reads = new Map<string, Promise<JobItem | undefined>>();
  const send = async (asked: Waiting<Asked, JobItem | undefined>[]) => {
    // Those who ask from now on get a later read. Not `clear`, which would keep what was read (see `UnderWay`).
    reads = new Map();
    try {
      const found = await readItems(
        { table, names, eventual },
        asked.map(({ id }) => id),
        deps,
      );
      for (const { id, resolve } of asked) resolve(found.get(id));
    } catch (cause) {
      for (const { reject } of asked) reject(new ReadError('DynamoDB did not answer the read', { cause }));
    }
  };
  const read = gather<Asked, JobItem | undefined>({ fits: (call) => call.length < MAX_KEYS, send });
  return (id) => {
    const known = reads.get(id);
    if (known !== undefined) return known;
    const asked = read({ id });
    reads.set(id, asked);
    return asked;
  };
}

/** Which attributes of which table to read. */
export interface Projection {
  readonly table: string;
  readonly names: readonly (keyof JobItem)[];
  /** @default false */
  readonly eventual?: boolean | undefined;
}

/**
 * Reads items by id, consistently unless asked otherwise, however many they are.
 *
 * @returns those that exist, by id, with the projected attributes
 * @throws the last error, if DynamoDB did not answer for all of them
 */
export async function readItems(
  { table, names, eventual = false }: Projection,
  ids: readonly string[],
  { dynamoDb, callTime }: WriterDeps,
): Promise<Map<string, JobItem>> {
  const found = new Map<string, JobItem>();
  const projection = {
    ConsistentRead: !eventual,
    ProjectionExpression: names.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
  let missing = [...ids];
  let failure: unknown;
  for (let tries = 0; missing.length > 0; tries++) {
    const mayAsk = tries === 0 || (tries < TABLE_TRIES && (await callTime.pause(tries)));
    if (!mayAsk) throw failure ?? new ReadError(`${missing.length} keys stayed unprocessed`);
    const Keys = missing.slice(0, MAX_KEYS).map((id) => ({ id: { S: id } }));
    try {
      const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...projection } } });
      const { Responses, UnprocessedKeys } = await callTime.within(() => dynamoDb.send(command));
      for (const raw of Responses?.[table] ?? []) {
        const item = toItem<JobItem>(raw);
        found.set(item.id, item);
      }
      const left = (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => key.id?.S ?? '');
      if (left.length < Keys.length) tries = -1;
      missing = [...missing.slice(MAX_KEYS), ...left];
    } catch (error) {
      if (!isTransient(error)) throw error;
      failure = error;
    }
  }
  return found;
}
