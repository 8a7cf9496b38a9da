import type { BatchStatementError, BatchStatementResponse } from '@aws-sdk/client-dynamodb';
import { type AttributeValue, BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import { bytesOf } from '../../aws/cut.ts';
import { faultOf } from '../../aws/errors.ts';
import type { DynamoDb } from '../../aws/ports.ts';
import { type CallTime, TABLE_TRIES } from './call-time.ts';
import { gather, type Retry, type Waiting } from './gather.ts';

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
  readonly callTime: CallTime;
}

/** BatchExecuteStatement takes 25 statements (DynamoDB API reference). */
export const MAX_STATEMENTS = 25;
/** A request is at most 16 MB (DynamoDB quotas); parked bodies can be 320 KB each, so a call is kept well below. */
const MAX_CALL_BYTES = 4_000_000;

interface Entry {
  readonly statement: Statement;
  readonly bytes: number;
}

type Write = Waiting<Entry, WriteResult>;
type RetryWrite = Retry<Entry, WriteResult>;

export type Writer = (statement: Statement) => Promise<WriteResult>;

/**
 * Sends the statements that are ready in the same turn of the event loop together: ten jobs that begin side by side are
 * one call. A statement that was throttled is sent again alone, after a backoff.
 */
export function makeWriter({ dynamoDb, callTime }: WriterDeps): Writer {
  const gaveUp = (cause: unknown) => new WriteError('DynamoDB did not take the write', { cause });
  const send = async (call: Write[], retry: RetryWrite): Promise<void> => {
    try {
      const command = new BatchExecuteStatementCommand({ Statements: call.map(toRequest) });
      const { Responses = [] } = await callTime.within(() => dynamoDb.send(command));
      for (const [i, one] of call.entries()) answer(one, Responses[i], retry);
    } catch (error) {
      const { isTransient, maybeDone } = faultOf(error);
      for (const one of call) {
        if (isTransient) retry(one, error);
        else if (maybeDone) one.reject(gaveUp(error));
        // One statement that DynamoDB cannot read refuses the whole call: the others are sent without it.
        else if (call.length > 1) void send([one], retry);
        else one.reject(new WriteError('DynamoDB refused the write', { cause: error }));
      }
    }
  };
  const write = gather<Entry, WriteResult>({ fits, send, retries: { maxTries: TABLE_TRIES, gaveUp, callTime } });
  return (statement) => write({ statement, bytes: sizeOf(statement) });
}

/** At most 25 statements, not too many bytes, no item twice. */
const fits = (call: readonly Entry[], { statement: { item }, bytes }: Entry): boolean =>
  call.length < MAX_STATEMENTS &&
  call.every(({ statement }) => statement.item !== item) &&
  bytesOf(call) + bytes <= MAX_CALL_BYTES;

const toRequest = ({ statement: { text, parameters, bulky } }: Entry) => ({
  Statement: text,
  Parameters: parameters,
  ...(!bulky && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
});

function answer(one: Write, response: BatchStatementResponse | undefined, retry: RetryWrite): void {
  if (response === undefined) retry(one, new WriteError('DynamoDB answered fewer statements than were sent'));
  else if (response.Error === undefined) one.resolve({ kind: 'written' });
  else answerError(one, response.Error, retry);
}

function answerError(one: Write, error: BatchStatementError, retry: RetryWrite): void {
  const { Code, Message = '', Item: old } = error;
  switch (Code) {
    case 'ConditionalCheckFailed':
      if (one.statement.bulky) one.resolve({ kind: 'unread' });
      else one.resolve({ kind: 'refused', ...(old !== undefined && { old }) });
      break;
    case 'DuplicateItem':
      one.resolve({ kind: 'unread' });
      break;
    case 'ItemCollectionSizeLimitExceeded':
    case 'ValidationError':
      if (/size/i.test(Message)) one.resolve({ kind: 'tooLarge' });
      else one.reject(refused(error));
      break;
    case 'AccessDenied':
    case 'ResourceNotFound':
      one.reject(refused(error));
      break;
    default:
      retry(one, toError(error));
  }
}

const refused = (error: BatchStatementError) =>
  new WriteError(`DynamoDB refused the write: ${error.Message}`, { cause: toError(error) });

const toError = ({ Code, Message }: BatchStatementError): Error =>
  Object.assign(new Error(Message ?? Code), { name: Code ?? 'Unknown' });

/** Bytes that count towards a call's size: only bodies make a difference, and they are inside of an envelope. */
function sizeOf({ text, parameters }: Statement): number {
  return parameters.reduce(
    (sum, value) => sum + (value.S ?? value.N ?? value.B ?? JSON.stringify(value)).length,
    text.length,
  );
}
