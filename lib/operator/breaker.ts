import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { errorName } from '../aws/errors.ts';
import { toAttribute, toItem } from '../aws/marshal.ts';
import { breakerId, type CircuitBreaker } from '../contract/definition/breaker.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { breakerExpressions } from '../contract/protocol/breaker-expressions.ts';
import {
  type BreakerItem,
  type BreakerWrite,
  closeByOperator,
  openByOperator,
  totals,
} from '../contract/protocol/breaker-item.ts';
import { iso } from '../contract/protocol/timing.ts';
import { nowOf, type Stage } from './aws.ts';
import { queuesOf, tableOf } from './stage.ts';

/** The job type has no circuit breaker. */
export class NoBreakerError extends Error {
  override readonly name = 'NoBreakerError';
}

/** The breaker changed each time it was read. The command may be given again. */
export class BreakerChangedError extends Error {
  override readonly name = 'BreakerChangedError';
}

/** A circuit breaker as it stands. Times are ISO 8601. */
export interface BreakerState {
  /** `closing`: it is closed, and lets more attempts start with each `probeSeconds`. */
  readonly state: BreakerItem['state'];
  /** When it opened or closed last; undefined if it never opened. */
  readonly since?: string;
  /** While it is open: who opened it. */
  readonly by?: 'rate' | 'operator';
  /** While it is open by the rate: when the next probe may start. */
  readonly nextProbeAt?: string;
}

/** A job type's circuit breaker, and what it counts. */
export interface BreakerView extends BreakerState {
  readonly type: string;
  /** Attempts of the last `perSeconds` that ended well, and that failed by an error that counts. Rounded. */
  readonly ok: number;
  readonly failed: number;
}

/** The same after an operator's `open` or `close`. */
export interface SwitchedBreaker extends BreakerView {
  /** False if it was so before. */
  readonly changed: boolean;
}

/**
 * Looks at the circuit breaker of a job type.
 *
 * @throws NoBreakerError, NoSuchTypeError, NoSuchStageError
 */
export async function breaker(stage: Stage, definition: JobDefinition): Promise<BreakerView> {
  const options = await deployed(stage, definition);
  return viewOf(stage, { type: definition.type, options, found: await readBreaker(stage, definition.type) });
}

/** How often a command is decided again when the engine has changed the item in between. */
const MAX_ROUNDS = 5;

/**
 * Opens a job type's circuit breaker until it is closed by the same way, or closes it, whoever opened it. It decides over what was
 * read, and writes only if that has not changed.
 *
 * @throws NoBreakerError, NoSuchTypeError, NoSuchStageError; BreakerChangedError if the engine was faster each time
 */
export async function switchBreaker(
  stage: Stage,
  definition: JobDefinition,
  change: 'open' | 'close',
): Promise<SwitchedBreaker> {
  const options = await deployed(stage, definition);
  const { type } = definition;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await readBreaker(stage, type);
    const write = changeOf(found, change, nowOf(stage));
    if (write === undefined) return { ...viewOf(stage, { type, options, found }), changed: false };
    if (await written(stage, type, write)) {
      return { ...viewOf(stage, { type, options, found: await readBreaker(stage, type) }), changed: true };
    }
  }
  throw new BreakerChangedError(`the circuit breaker of ${type} changed ${MAX_ROUNDS} times meanwhile; try again`);
}

function changeOf(found: BreakerItem | undefined, change: 'open' | 'close', nowMs: number): BreakerWrite | undefined {
  if (change === 'close') return closeByOperator(found, nowMs);
  return found?.state === 'open' && found.by === 'operator' ? undefined : openByOperator(found, nowMs);
}

async function deployed(stage: Stage, { type, breaker: options }: JobDefinition): Promise<CircuitBreaker> {
  await queuesOf(stage, type);
  if (options !== undefined) return options;
  throw new NoBreakerError(`${type} has no circuit breaker: its definition has no option "breaker"`);
}

/** The item of a type's breaker, read consistently; undefined if no attempt has been counted yet, or it has none. */
async function readBreaker(stage: Stage, type: string): Promise<BreakerItem | undefined> {
  const { dynamoDb, table } = tableOf(stage);
  const command = new GetItemCommand({ TableName: table, Key: { id: { S: breakerId(type) } }, ConsistentRead: true });
  const { Item } = await dynamoDb.send(command);
  return Item && toItem<BreakerItem>(Item);
}

/**
 * The breaker of a type while it is open, for those who show something else and say so beside it.
 *
 * @returns undefined if it is not open, or if the stage grants no right to look: it was deployed before there were breakers
 */
export async function openBreaker(stage: Stage, type: string): Promise<BreakerState | undefined> {
  const found = await readBreaker(stage, type).catch((error: unknown) => {
    if (DENIED.test(errorName(error))) return undefined;
    throw error;
  });
  return found?.state === 'open' ? stateOf(found) : undefined;
}

const DENIED = /^AccessDenied/;

/** @returns whether the item was as it was read, and was written */
async function written(stage: Stage, type: string, write: BreakerWrite): Promise<boolean> {
  const { dynamoDb, table } = tableOf(stage);
  const { values, ...expressions } = breakerExpressions(write);
  const marshalled = Object.entries(values).map(([name, value]) => [name, toAttribute(value)] as const);
  try {
    await dynamoDb.send(
      new UpdateItemCommand({
        ...{ TableName: table, Key: { id: { S: breakerId(type) } }, ...expressions },
        ExpressionAttributeValues: Object.fromEntries(marshalled),
      }),
    );
    return true;
  } catch (error) {
    if (errorName(error) === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

function stateOf({ state, openedAt, closedAt, by, nextProbeAt }: BreakerItem): BreakerState {
  const sinceMs = state === 'open' ? openedAt : closedAt;
  return {
    state,
    ...(sinceMs !== undefined && { since: iso(sinceMs) }),
    ...(state === 'open' && by !== undefined && { by }),
    ...(state === 'open' && nextProbeAt !== undefined && { nextProbeAt: iso(nextProbeAt) }),
  };
}

interface Found {
  readonly type: string;
  readonly options: CircuitBreaker;
  readonly found: BreakerItem | undefined;
}

function viewOf(stage: Stage, { type, options, found }: Found): BreakerView {
  const { ok, failed } = totals(found, { breaker: options, nowMs: nowOf(stage) }, { ok: 0, failed: 0 });
  const state: BreakerState = found === undefined ? { state: 'closed' } : stateOf(found);
  return { type, ...state, ok: Math.round(ok), failed: Math.round(failed) };
}
