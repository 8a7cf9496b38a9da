import { toItem } from '../../aws/marshal.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { type BeginStep, begin, type DoneStep } from '../../contract/protocol/begin.ts';
import type { BeginFacts } from '../../contract/protocol/begun-item.ts';
import { type ItemUpdate, type ItemWrite, insert, type Settled, written } from '../../contract/protocol/item-write.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { limited } from '../../contract/protocol/rate-limited.ts';
import { hasDiedOf, isUnderMessageId, underMessageId } from '../../contract/protocol/refused-body.ts';
import { startsAttempt } from '../../contract/protocol/wait-or-park.ts';
import { makeReader } from '../calls/reads.ts';
import { makeWriter, WriteError, type WriteResult, type WriterDeps } from '../calls/writes.ts';
import type { Clock } from '../clock.ts';
import type { TransactWrite } from '../job-context.ts';
import { type Breaker, makeBreaker } from './breaker/breaker.ts';
import { underBreaker } from './breaker/choice.ts';
import { type CoreSchema, makeCoreSchema } from './core-schema.ts';
import { makeRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { toStatement } from './statements.ts';
import { checkWrites, type TransactionDeps, transact, type WritesToCheck } from './transaction.ts';

/** A begin row carried out: the item as it stands now, and what is to be done with the message. */
export interface Begun {
  readonly step: DoneStep;
  /** The message, under the name that it began with. */
  readonly message: Message;
  readonly item: JobItem | undefined;
  /** The item as the row found it; undefined if there was none. */
  readonly before: JobItem | undefined;
}

/** The jobs table, in the protocol's words: every read and write of an attempt goes through it. */
export interface JobStore {
  /** What core says of itself. */
  readonly core: CoreSchema;
  /** Undefined if the type has no circuit breaker. */
  readonly breaker?: Breaker | undefined;
  /** Reads the item of a key, as it stands. @throws ReadError */
  read(key: string): Promise<JobItem | undefined>;
  /**
   * Chooses and writes the begin row that fits.
   *
   * @param alone whether the job would run by itself: only then is a stalled one begun, else it is left as it is
   * @throws WriteError, ReadError if the table did not answer: nothing is known, the message must be kept
   */
  begin(message: Message, facts: Omit<BeginFacts, 'item' | 'message'>, alone: boolean): Promise<Begun>;
  /**
   * Writes a job's item if its fence still holds.
   *
   * @param options.with the user's writes, in one transaction with the item's own. @default a plain write
   * @throws WriteError if DynamoDB did not answer: it may have been written
   * @throws WriteConditionError, WriteRefusedError if the transaction was refused for a write of the user's
   */
  settle(write: ItemUpdate, options?: { readonly with: readonly TransactWrite[] }): Promise<Settled>;
  /** Makes a job's item; refused if there is one. @throws WriteError if DynamoDB did not answer: it may have been written */
  insert(item: JobItem): Promise<Settled>;
  /**
   * Checks writes that are to be settled with a job's item.
   *
   * @param id of the job's item
   * @throws RangeError if there are too many, or one is for the job's own item
   * @throws TypeError if one is no write, or holds a value that DynamoDB cannot keep
   */
  checkWrites(id: string, check: WritesToCheck): void;
}

export interface JobStoreDeps extends WriterDeps, TransactionDeps {
  readonly clock: Clock;
  /** The job type whose jobs begin here, with its rate limit. */
  readonly definition: JobDefinition;
  /** Number that core must have. @default this version's own */
  readonly coreNeeded?: number | undefined;
}

/** Tries to begin a job whose item changes between the read and the write: two are rare, four are a sign of trouble. */
const MAX_ROUNDS = 4;

export function makeJobStore(table: string, deps: JobStoreDeps): JobStore {
  const read = makeReader(table, deps);
  const optimistic = deps.definition.begin === 'optimistic';
  const glance = optimistic ? makeReader(table, deps, { names: ['id'], eventual: true }) : undefined;
  const writer = makeWriter(deps);
  const { clock, definition } = deps;
  const limiter = definition.rateLimit && makeRateLimiter(definition, definition.rateLimit, { table, writer, clock });
  const { nonce } = deps;
  const breaker = definition.breaker && makeBreaker(definition.type, definition.breaker, { ...deps, table, nonce });
  const write = (change: ItemWrite): Promise<WriteResult> => writer(toStatement(table, change));
  const settle = async (change: ItemWrite, id: string): Promise<Settled> => {
    const result = await write(change);
    if (result.kind === 'refused') return { kind: 'refused', item: result.old && toItem(result.old) };
    return result.kind === 'unread' ? { kind: 'refused', item: await read(id) } : result;
  };
  return {
    core: makeCoreSchema(read, deps.coreNeeded),
    breaker,
    read: (key) => read(itemId(definition.type, key)),
    async begin(given, facts, alone) {
      const idOf = ({ key }: Message) => itemId(facts.type, key);
      let { message, item } = await firstLook(given, (one) => read(idOf(one)));
      // An old copy of an item decides nothing.
      if (glance && !wasSeen(given) && (await glance(idOf(given)))) item = await read(idOf(given));
      const byRate = makeChoice({ limiter, clock, alone });
      const starts = (step: BeginStep) => startsAttempt(step) && !isStalled(step, alone);
      const choose = breaker === undefined ? byRate : underBreaker(byRate, { breaker, clock, starts });
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const step = await choose({ ...facts, optimistic, item, message });
        if (step.action === 'rename') {
          message = underMessageId(message);
          item = await read(idOf(message));
          continue;
        }
        if ('unclaimed' in step) return { step, message, item: step.unclaimed, before: item };
        const change = 'write' in step ? step.write : undefined;
        if (change === undefined || isStalled(step, alone)) return { step, message, item, before: item };
        const result = await write(change);
        if (result.kind === 'written') return { step, message, item: written(change, item), before: item };
        item = await found(result, () => read(idOf(message)));
      }
      throw new WriteError(`job ${message.jobId} changed ${MAX_ROUNDS} times while it was begun`);
    },
    settle: (change, options) =>
      options === undefined ? settle(change, change.id) : transact(table, { own: change, writes: options.with }, deps),
    insert: (item) => settle(insert(item), item.id),
    checkWrites: (id, check) => checkWrites(table, id, check),
  };
}

/** A message that begins, and its item as far as it is known. */
interface Look {
  readonly message: Message;
  readonly item: JobItem | undefined;
}

/** Reads the item of a message that was received before. A refused one may have begun under its message id (row `renamed`). */
async function firstLook(message: Message, read: (message: Message) => Promise<JobItem | undefined>): Promise<Look> {
  if (!wasSeen(message)) return { message, item: undefined };
  if (message.refusal === undefined || isUnderMessageId(message)) return { message, item: await read(message) };
  const renamed = underMessageId(message);
  const [item, other] = await Promise.all([read(message), read(renamed)]);
  const began = other !== undefined && hasDiedOf(other, message);
  return began ? { message: renamed, item: other } : { message, item };
}

/** A stalled job is begun only where it runs alone. */
const isStalled = (step: BeginStep, alone: boolean) => step.action === 'run' && step.alone === true && !alone;

interface ChoiceDeps {
  readonly limiter: RateLimiter | undefined;
  readonly clock: Clock;
  readonly alone: boolean;
}

/**
 * Chooses a begin row under the rate limit. One token serves all rounds; it is given back if none of them starts an
 * attempt. One whose begin was written, and not heard of, has started: the next round finds it (row `leased`, run).
 */
function makeChoice({ limiter, clock, alone }: ChoiceDeps) {
  let hasToken = false;
  return async (given: BeginFacts): Promise<BeginStep> => {
    const step = begin({ ...given, nowMs: hasToken ? clock.now() : given.nowMs });
    if (limiter === undefined) return step;
    const needs = startsAttempt(step) && !isStalled(step, alone);
    const isOwn = step.row === 'leased' && step.action === 'run';
    if (hasToken && !needs && !isOwn) {
      hasToken = false;
      limiter.giveBack();
    }
    if (hasToken || !needs) return step;
    const returning = given.item !== undefined || wasSeen(given.message);
    const turn = await limiter.take({ returning, item: given.item, leaseUntilMs: given.leaseUntilMs });
    const facts = { ...given, nowMs: clock.now() };
    if (turn.kind === 'later') return limited(facts, step, turn);
    const now = begin(facts);
    hasToken = startsAttempt(now);
    if (!hasToken) limiter.giveBack();
    return now;
  };
}

/** A message that was received before has an item: reading it first saves an insert that must fail. */
const wasSeen = ({ receiveCount, attributes }: Message) => receiveCount > 1 || attributes.jobId !== undefined;

async function found(result: WriteResult, read: () => Promise<JobItem | undefined>): Promise<JobItem | undefined> {
  if (result.kind === 'refused') return result.old && toItem(result.old);
  if (result.kind === 'unread') return read();
  throw new WriteError('the job’s item would pass 400 KB');
}
