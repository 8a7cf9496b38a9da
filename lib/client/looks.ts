import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LookingDynamoDb } from '../aws/client-ports.ts';
import { cutAsTheyCome } from '../aws/cut.ts';
import { toItem } from '../aws/marshal.ts';
import { itemId } from '../contract/protocol/job-item.ts';
import { STATE_ATTRIBUTES, type StateItem } from '../contract/protocol/state-attributes.ts';
import type { JobName } from './change-job.ts';
import { JobTableError, type Place, tableError } from './errors.ts';

/** The jobs table of a stage, to look at jobs in. */
export interface LookedTable extends Place {
  readonly dynamoDb: LookingDynamoDb;
}

/** When a look is made. */
export interface LookTime {
  /** It comes after three quarters to all of this, or after half of it beside another. @default 0: in this turn of the event loop */
  readonly pauseMs?: number;
  /** Gives the look up: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads a job's item, consistently; undefined if there is none. @throws JobTableError */
export type Look = (job: JobName, time?: LookTime) => Promise<StateItem | undefined>;

/** A look that is to be made. Its times are of `performance.now`, which nobody sets back. */
interface Entry extends JobName {
  /** From when on it may be made, and when it must. */
  fromMs: number;
  toMs: number;
  tries: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (item: StateItem | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** BatchGetItem takes 100 keys (DynamoDB API reference). */
export const MAX_KEYS = 100;
/** How often a key that DynamoDB left unprocessed is asked for again, 0.1 s to 12.8 s later: half a minute at most. */
const MAX_TRIES = 8;

/**
 * All looks of a process at one table. A look is made when the first of them must be made, if it may be: so they come to be
 * made together, and each call reads a hundred jobs of a type.
 */
export function makeLook(table: () => LookedTable): Look {
  const waiting = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  let timerMs = Number.POSITIVE_INFINITY;
  const wakeAt = (ms: number) => {
    clearTimeout(timer);
    timerMs = ms;
    timer = Number.isFinite(ms) ? setTimeout(lookNow, Math.max(0, ms - performance.now())) : undefined;
  };
  const add = (entry: Entry) => {
    waiting.add(entry);
    if (entry.toMs < timerMs) wakeAt(entry.toMs);
  };
  const lookNow = () => {
    const nowMs = performance.now();
    const due = [...waiting].filter(({ fromMs }) => fromMs <= nowMs);
    for (const entry of due) waiting.delete(entry);
    wakeAt(earliest(waiting));
    for (const call of calls(due)) void read(table, call, add);
  };
  return (job, { pauseMs = 0, signal } = {}) =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        reject(signal?.reason);
        // A timer that nobody waits for would keep the process alive.
        if (waiting.delete(entry) && waiting.size === 0) wakeAt(Number.POSITIVE_INFINITY);
      };
      const over =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          signal?.removeEventListener('abort', giveUp);
          settle(value);
        };
      const entry = { ...job, ...timesAfter(pauseMs), tries: 0, signal, resolve: over(resolve), reject: over(reject) };
      if (signal?.aborted) return giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      add(entry);
    });
}

/** Half of a pause it is let alone; three quarters to all of it are the most: processes that began together must not stay in step. */
function timesAfter(pauseMs: number): Pick<Entry, 'fromMs' | 'toMs'> {
  const nowMs = performance.now();
  return { fromMs: nowMs + pauseMs * 0.5, toMs: nowMs + pauseMs * (0.75 + Math.random() / 4) };
}

function earliest(entries: Iterable<Entry>): number {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const { toMs } of entries) earliestMs = Math.min(earliestMs, toMs);
  return earliestMs;
}

/** Items of one type, by id, and who looks at each. */
interface Call {
  readonly type: string;
  readonly looks: readonly (readonly [id: string, entries: readonly Entry[]])[];
}

/** One type a call: a role may read several by a right for each, and IAM asks that one right holds for all keys of a call. */
function calls(due: readonly Entry[]): Call[] {
  const byType = new Map<string, Map<string, Entry[]>>();
  for (const entry of due) {
    const ids = byType.get(entry.type) ?? new Map<string, Entry[]>();
    byType.set(entry.type, ids);
    const id = itemId(entry.type, entry.key);
    ids.set(id, [...(ids.get(id) ?? []), entry]);
  }
  return [...byType].flatMap(([type, ids]) =>
    [...cutAsTheyCome(ids, ({ length }) => length < MAX_KEYS)].map((looks) => ({ type, looks })),
  );
}

const PROJECTION = {
  ProjectionExpression: STATE_ATTRIBUTES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(STATE_ATTRIBUTES.map((name) => [`#${name}`, name])),
};

/** Makes one call, and answers all who look. Never rejects. */
async function read(tableOf: () => LookedTable, call: Call, again: (entry: Entry) => void): Promise<void> {
  try {
    const { found, left } = await batchGet(tableOf(), call);
    for (const [id, entries] of call.looks) {
      for (const entry of entries) {
        if (left.has(id)) putOff(entry, again);
        else entry.resolve(found.get(id));
      }
    }
  } catch (error) {
    for (const [, entries] of call.looks) for (const { reject } of entries) reject(error);
  }
}

/** @returns items by id, and the ids that DynamoDB left unprocessed. @throws JobTableError */
async function batchGet({ dynamoDb, ...place }: LookedTable, { type, looks }: Call) {
  const Keys = looks.map(([id]) => ({ id: { S: id } }));
  const request = { RequestItems: { [place.table]: { Keys, ConsistentRead: true, ...PROJECTION } } };
  try {
    const { Responses, UnprocessedKeys } = await dynamoDb.send(new BatchGetItemCommand(request));
    const items = (Responses?.[place.table] ?? []).map((raw) => toItem<StateItem>(raw));
    const left = new Set((UnprocessedKeys?.[place.table]?.Keys ?? []).map(({ id }) => id?.S));
    return { found: new Map(items.map((item) => [item.id, item])), left };
  } catch (cause) {
    throw tableError(cause, { verb: 'read', place, type });
  }
}

/** DynamoDB had no capacity for the key, or no room in its answer. */
function putOff(entry: Entry, again: (entry: Entry) => void): void {
  if (entry.signal?.aborted) return;
  entry.tries += 1;
  if (entry.tries <= MAX_TRIES) {
    again(Object.assign(entry, timesAfter(50 * 2 ** entry.tries)));
    return;
  }
  const cause = Object.assign(new Error('the key stayed unprocessed'), { name: 'ThrottlingException' });
  entry.reject(
    new JobTableError(`DynamoDB left ${entry.type} ${entry.key} unread ${entry.tries} times; try again`, cause),
  );
}
