import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { errorName, isTransient } from '../../aws/errors.ts';
import { toAttribute, toItem } from '../../aws/marshal.ts';
import type { DynamoDb } from '../../aws/ports.ts';
import { isReady } from '../../contract/flow.ts';
import type { FlowFields } from '../../contract/protocol/flow-fields.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import { messageOf } from '../../contract/thrown.ts';
import { type CallTime, TABLE_TRIES } from '../calls/call-time.ts';
import { gather, type Retry, type Waiting } from '../calls/gather.ts';
import { WriteError } from '../calls/writes.ts';
import type { Clock } from '../clock.ts';

/** How the work that held a place ended. */
export type PlaceEnd = 'completed' | 'dead';

/**
 * Ends a place in a batch: rows `placeCompleted` and `placeDead`, then `callbackReleased` if that was all that its callback
 * waited for.
 *
 * @returns the callback if this call released it: its message is to be sent
 * @throws WriteError if DynamoDB did not take it
 */
export type Places = (place: NonNullable<FlowFields['of']>, end: PlaceEnd) => Promise<JobItem | undefined>;

export interface PlacesDeps {
  readonly table: string;
  readonly dynamoDb: DynamoDb;
  readonly callTime: CallTime;
  readonly clock: Clock;
}

interface Entry {
  readonly id: string;
  readonly place: number;
  readonly end: PlaceEnd;
}

/** Completed children of one callback that end in the same turn of the event loop are one update; a death is one by itself. */
const fits = ([first]: readonly Entry[], { id, end }: Entry): boolean =>
  end === 'completed' && first?.end === end && first.id === id;

export function makePlaces(deps: PlacesDeps): Places {
  const { callTime } = deps;
  const send = async (call: Waiting<Entry, JobItem | undefined>[], retry: Retry<Entry, JobItem | undefined>) => {
    const [first] = call;
    if (first === undefined) return;
    try {
      const { id, end } = first;
      const callback = await update(end === 'dead' ? died(id, first.place) : completed(id, call), deps);
      // A refusal shows how it stands, too: an earlier try may have died before it released.
      const released = callback && isReady(callback) ? await release(callback, deps) : undefined;
      // Its message is sent once.
      for (const [i, one] of call.entries()) one.resolve(i === 0 ? released : undefined);
    } catch (error) {
      for (const one of call) {
        if (isTransient(error)) retry(one, error);
        else one.reject(gaveUp(error));
      }
    }
  };
  const retries = { maxTries: TABLE_TRIES, gaveUp, callTime };
  const ended = gather<Entry, JobItem | undefined>({ fits, send, retries });
  return ({ type, key, place }, end) => ended({ id: itemId(type, key), place, end });
}

const gaveUp = (cause: unknown) =>
  new WriteError(`DynamoDB did not take the end of a place: ${messageOf(cause)}`, { cause });

type Update = Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'> & {
  readonly id: string;
  readonly names: readonly (keyof JobItem)[];
  readonly values: Readonly<Record<string, unknown>>;
};

/** Row `placeCompleted`. A place that was noted as dead comes back: its job was redriven. */
const completed = (id: string, ended: readonly Entry[]): Update => ({
  id,
  UpdateExpression: 'DELETE #open :places, #dead :places',
  ConditionExpression: '#status = :waits',
  names: ['open', 'dead', 'status'],
  values: { places: new Set(ended.map(({ place }) => place)), waits: 'SCHEDULED' },
});

/** Row `placeDead`: only of an open place. A slow copy must not note a death that a redrive has taken back. */
const died = (id: string, place: number): Update => ({
  id,
  UpdateExpression: 'DELETE #open :places ADD #dead :places',
  ConditionExpression: '#status = :waits AND contains(#open, :place)',
  names: ['open', 'dead', 'status'],
  values: { places: new Set([place]), place, waits: 'SCHEDULED' },
});

/** Row `callbackReleased`: due at once. @returns undefined if somebody else was faster, or the flow is over */
export async function release(callback: JobItem, deps: PlacesDeps): Promise<JobItem | undefined> {
  const { id, mode, deadlineAt } = callback;
  const empty = ['open', ...(mode === 'settled' ? [] : ['dead'])] as ('open' | 'dead')[];
  const conditions = [
    '#status = :waits',
    '#dueAt = :deadline',
    ...empty.map((name) => `attribute_not_exists(#${name})`),
  ];
  const nowMs = deps.clock.now();
  const after = await update(
    {
      id,
      UpdateExpression: 'SET #dueAt = :now, #listAt = :now',
      ConditionExpression: conditions.join(' AND '),
      names: ['status', 'dueAt', 'listAt', ...empty],
      values: { now: nowMs, waits: 'SCHEDULED', deadline: deadlineAt },
    },
    deps,
  );
  return after?.status === 'SCHEDULED' && after.dueAt === nowMs && after.listAt === nowMs ? after : undefined;
}

/** @returns the item afterwards, also if the condition refused; undefined if there is none */
async function update({ id, names, values, ...expressions }: Update, deps: PlacesDeps): Promise<JobItem | undefined> {
  const command = new UpdateItemCommand({
    TableName: deps.table,
    Key: { id: { S: id } },
    ...expressions,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`:${name}`, toAttribute(value)]),
    ),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    const { Attributes } = await deps.callTime.within(() => deps.dynamoDb.send(command));
    return Attributes && toItem(Attributes);
  } catch (error) {
    if (errorName(error) !== 'ConditionalCheckFailedException') throw error;
    const { Item } = error as { readonly Item?: Parameters<typeof toItem>[0] };
    return Item && toItem(Item);
  }
}
