import { JobCancelledError, LeaseLostError } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import type { MessageAttributes } from '../../contract/message-attributes.ts';
import { keyOf, MAX_CHECKPOINT_BYTES, MAX_PROGRESS_BYTES } from '../../contract/protocol/job-item.ts';
import { notInFlow } from '../../contract/protocol/not-in-flow.ts';
import { checkpoint } from '../../contract/protocol/settle.ts';
import { WriteError } from '../calls/writes.ts';
import type { Claim, Engine, Staging } from '../engine.ts';
import type { Flow } from '../flow-types.ts';
import type { JobContext, TransactWrite } from '../job-context.ts';
import { messageFields } from '../logs.ts';
import type { Deadline } from './deadline.ts';
import { asJson } from './json.ts';
import { makeProgress } from './progress.ts';
import { claimNow } from './unclaimed.ts';

/** What the handler gets, and the writes that it staged. */
export interface HandlerContext {
  readonly context: JobContext;
  readonly staged: readonly TransactWrite[];
  /** The jobs that it staged; undefined if its type is in no flow. */
  readonly staging: Staging | undefined;
  /** The attempt has ended: from now on the context refuses every write. @returns the latest progress */
  close(): unknown;
}

/** An attempt that has begun: its claim and, of a batch's callback, what became of the children. */
interface Attempted {
  readonly claim: Claim;
  readonly flow?: Flow | undefined;
}

const LOG = Symbol('log');

type WithoutLog = Omit<JobContext, 'log'> & { [LOG](): JobContext['log'] };

/**
 * One getter for all contexts. With a getter of its own, each context has V8 make a hidden class that holds the getter, and so
 * all that belongs to the job, until the whole heap is collected: a fifth of a small job's CPU.
 */
const GETTER: PropertyDescriptor & ThisType<WithoutLog> = {
  enumerable: true,
  get() {
    return this[LOG]();
  },
};

const withLog = (context: WithoutLog): JobContext =>
  Object.defineProperty(context, 'log', GETTER) as unknown as JobContext;

export function makeContext({ claim, flow }: Attempted, engine: Engine, deadline: Deadline): HandlerContext {
  const staged: TransactWrite[] = [];
  const progress = makeProgress(claim, engine, deadline.abort);
  const staging = engine.flow?.makeStaging(claim, engine, flow);
  const refuse = () => {
    throw notInFlow(engine.definition.type);
  };
  let open = true;
  const checkOpen = () => {
    if (!open) throw new LeaseLostError('the attempt has ended: nothing was written');
  };
  const checkpointInTurn = inTurn(async (writes, state) => {
    checkOpen();
    claim.item = await writeCheckpoint(claim, { writes, state }, engine);
  });
  const job = toJob(claim);
  let log: JobContext['log'] | undefined;
  const context = withLog({
    job,
    signal: deadline.signal,
    // Made at first use: a child logger has a console of its own, which is a tenth of a small job's CPU.
    [LOG]() {
      log ??= engine.log.createChild({
        persistentLogAttributes: { ...messageFields(claim.message, engine), attempt: job.attempts },
      });
      return log;
    },
    remainingMs: () => Math.max(0, deadline.atMs - engine.clock.now()),
    idempotencyKey: claim.item.id,
    async progress(value) {
      engine.flow?.progressed(claim.message, engine);
      return progress.report(asJson('progress', value ?? null, MAX_PROGRESS_BYTES));
    },
    commit(writes) {
      checkOpen();
      engine.store.checkWrites(claim.item.id, { writes, staged: staged.length });
      staged.push(...writes);
    },
    async checkpoint(writes, state) {
      // Before its turn: the handler's own stack says where the writes came from.
      engine.store.checkWrites(claim.item.id, { writes });
      return checkpointInTurn(writes, state);
    },
    enqueue: refuse,
    batch: refuse,
    ...staging?.context,
  });
  const close = () => {
    open = false;
    staging?.close();
    return progress.close();
  };
  return { context, staged, staging, close };
}

/**
 * Writes one checkpoint after another. If it is unknown whether one was written, no other may follow: it would have the
 * same number, and its writes would be taken for done.
 */
function inTurn(write: JobContext['checkpoint']): JobContext['checkpoint'] {
  let last: Promise<void> = Promise.resolve();
  let unknown: WriteError | undefined;
  return (writes, state) => {
    const turn = last.then(async () => {
      if (unknown !== undefined) throw unknown;
      try {
        await write(writes, state);
      } catch (error) {
        if (error instanceof WriteError) unknown = error;
        throw error;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Row `checkpointed`. */
async function writeCheckpoint(
  claim: Claim,
  { writes, state }: { writes: readonly TransactWrite[]; state: unknown },
  engine: Engine,
) {
  const kept = asJson('checkpoint', state ?? null, MAX_CHECKPOINT_BYTES);
  const refusal = claim.unclaimed ? await claimNow(claim, engine) : undefined;
  if (refusal !== undefined) throw refusal;
  const { item } = claim;
  const own = checkpoint(item, kept);
  const settled = await engine.store.settle(own, { with: writes });
  const after = { ...item, ...own.set };
  if (settled.kind === 'written') return after;
  const now = settled.kind === 'refused' ? settled.item : undefined;
  if (now?.owner !== item.owner || now?.status !== 'INPROGRESS') {
    throw new LeaseLostError('the job is no longer this attempt’s: nothing was written');
  }
  if (now.checkpointNo === after.checkpointNo) return after;
  throw new JobCancelledError('the job was cancelled: nothing was written');
}

const textsOf = (attributes: MessageAttributes = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, { value }]) => [name, value]));

function toJob({ item, message }: Claim): Job {
  return {
    id: item.jobId,
    type: item.type,
    key: keyOf(item),
    payload: message.payload,
    attempts: item.attempts,
    maxAttempts: item.maxAttempts,
    createdAt: item.createdAt,
    processedAt: item.processedAt ?? item.createdAt,
    run: item.runNo,
    attributes: textsOf(message.sender),
    ...(message.group !== undefined && { tenant: message.group }),
    ...(item.error !== undefined && { error: item.error }),
    ...(item.checkpoint !== undefined && { checkpoint: item.checkpoint }),
  };
}
