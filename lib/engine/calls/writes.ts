import type { BatchStatementError, BatchStatementResponse } from '@aws-sdk/client-dynamodb';
import { type AttributeValue, BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDb, mayPass } from '../../aws/ports.ts';
import { backoffMs, type Clock, sleep } from '../clock.ts';

/** One PartiQL statement that writes one item under its own condition. */
export interface Statement {
  readonly text: string;
  readonly parameters: AttributeValue[];
  /** Names the item: two statements for one item never share a call (DynamoDB refuses that). */
  readonly item: string;
  /** The item may carry a parked body: 25 refusals that bring theirs would be a reply of 8 MB. */
  readonly bulky?: boolean;
}

/** How a statement ended; what it can still end in is thrown as {@link WriteError}. */
export type WriteResult =
  | { readonly kind: 'written' }
  /** Its condition failed; `old` is the item as it stands, undefined if there is none. */
  | { readonly kind: 'refused'; readonly old?: Record<string, AttributeValue> }
  /** It was refused and nothing came of the item: an insert found one, or a bulky one's condition failed. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'tooLarge' };

/** A write that may or may not have happened, or that DynamoDB will never take: the message stays in its queue. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

export interface WriterDeps {
  readonly dynamoDb: DynamoDb;
  readonly clock: Clock;
  readonly random: () => number;
}

/** BatchExecuteStatement takes 25 statements (DynamoDB API reference). */
const MAX_STATEMENTS = 25;
/** A request is at most 16 MB (DynamoDB quotas); parked bodies can be 320 KB each, so a call is kept well below. */
const MAX_CALL_BYTES = 4_000_000;
/** Tries of one statement beyond the SDK's own: some six seconds in all. */
const MAX_TRIES = 6;

interface Waiting {
  readonly statement: Statement;
  readonly bytes: number;
  tries: number;
  resolve(result: WriteResult): void;
  reject(error: WriteError): void;
}

export type Writer = (statement: Statement) => Promise<WriteResult>;

/**
 * Sends the statements that are ready in the same turn of the event loop together: ten jobs that begin side by side are
 * one call. Each statement ends by itself; one that was throttled goes again alone, after a backoff.
 */
export function makeWriter(deps: WriterDeps): Writer {
  let waiting: Waiting[] = [];
  const flush = () => {
    const ready = waiting;
    waiting = [];
    for (const call of calls(ready)) void send(call);
  };
  const enqueue = (entry: Waiting) => {
    if (waiting.push(entry) === 1) setImmediate(flush);
  };
  const again = async (entry: Waiting, cause: unknown) => {
    entry.tries += 1;
    if (entry.tries >= MAX_TRIES) return entry.reject(new WriteError('DynamoDB did not take the write', { cause }));
    await sleep(deps.clock, backoffMs(entry.tries, deps.random));
    enqueue(entry);
  };
  const send = async (call: Waiting[]): Promise<void> => {
    try {
      const command = new BatchExecuteStatementCommand({ Statements: call.map(request) });
      const { Responses = [] } = await deps.dynamoDb.send(command);
      for (const [i, entry] of call.entries()) settle(entry, Responses[i], again);
    } catch (error) {
      for (const entry of call) {
        if (mayPass(error)) void again(entry, error);
        // One statement that DynamoDB cannot read refuses the whole call: the others are sent without it.
        else if (call.length > 1) void send([entry]);
        else entry.reject(new WriteError('DynamoDB refused the write', { cause: error }));
      }
    }
  };
  return (statement) =>
    new Promise((resolve, reject) => {
      enqueue({ statement, bytes: sizeOf(statement), tries: 0, resolve, reject });
    });
}

const request = ({ statement: { text, parameters, bulky } }: Waiting) => ({
  Statement: text,
  Parameters: parameters,
  ...(!bulky && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
});

function settle(
  entry: Waiting,
  response: BatchStatementResponse | undefined,
  again: (e: Waiting, cause: unknown) => Promise<void>,
) {
  if (response === undefined)
    return void again(entry, new WriteError('DynamoDB answered fewer statements than were sent'));
  if (response.Error === undefined) return entry.resolve({ kind: 'written' });
  return settleError(entry, response.Error, again);
}

function settleError(entry: Waiting, error: BatchStatementError, again: (e: Waiting, cause: unknown) => Promise<void>) {
  const old = error.Item;
  const cause = Object.assign(new Error(error.Message ?? error.Code), { name: error.Code ?? 'Unknown' });
  switch (error.Code) {
    case 'ConditionalCheckFailed':
      if (entry.statement.bulky) return entry.resolve({ kind: 'unread' });
      return entry.resolve({ kind: 'refused', ...(old !== undefined && { old }) });
    case 'DuplicateItem':
      return entry.resolve({ kind: 'unread' });
    case 'ItemCollectionSizeLimitExceeded':
    case 'ValidationError':
      if (/size/i.test(error.Message ?? '')) return entry.resolve({ kind: 'tooLarge' });
      return entry.reject(new WriteError(`DynamoDB refused the write: ${error.Message}`, { cause }));
    case 'AccessDenied':
    case 'ResourceNotFound':
      return entry.reject(new WriteError(`DynamoDB refused the write: ${error.Message}`, { cause }));
    default:
      return void again(entry, cause);
  }
}

/** Cuts what is ready into calls: at most 25 statements, not too many bytes, no item twice. */
function calls(ready: Waiting[]): Waiting[][] {
  const all: { entries: Waiting[]; items: Set<string>; bytes: number }[] = [];
  for (const entry of ready) {
    const { item } = entry.statement;
    let call = all.find(
      ({ entries, items, bytes }) =>
        entries.length < MAX_STATEMENTS && !items.has(item) && bytes + entry.bytes <= MAX_CALL_BYTES,
    );
    if (call === undefined) {
      call = { entries: [], items: new Set(), bytes: 0 };
      all.push(call);
    }
    call.entries.push(entry);
    call.items.add(item);
    call.bytes += entry.bytes;
  }
  return all.map(({ entries }) => entries);
}

/** Bytes that count towards a call's size: only bodies make a difference, and they are inside of an envelope. */
function sizeOf({ text, parameters }: Statement): number {
  return parameters.reduce((sum, value) => sum + (value.S ?? value.N ?? JSON.stringify(value)).length, text.length);
}
