import type { MemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { throttled } from '../aws/faults.ts';
import { TestJobError } from './error.ts';

/** Part of an attempt: the job is begun, its handler runs, its end is written. */
export type AttemptPhase = 'begin' | 'handler' | 'end';

/**
 * Where the process dies: before the handler does anything; when it has returned and nothing of that is written yet; or
 * at its n-th checkpoint, counted from 1 in each attempt, before that one is written or right after.
 */
export type CrashPoint = 'start' | 'end' | { readonly checkpoint: number; readonly moment: 'before' | 'after' };

/** What an attempt's handler meets. */
export type HandlerFault =
  | { readonly kind: 'throws'; readonly error: unknown; readonly times: number }
  | { readonly kind: 'hangs' | 'cancelled' | 'shutDown'; readonly times: number }
  | { readonly kind: 'crashes'; readonly at: CrashPoint; readonly times: number };

/** What a call of the engine's to DynamoDB meets. */
export interface DynamoDbFault {
  readonly kind: 'throttles' | 'losesReply';
  readonly during: AttemptPhase;
  readonly times: number;
}

/** Something that goes wrong in a test of a handler. Those of handlers come one an attempt, in the order given. */
export type JobFault = HandlerFault | DynamoDbFault;

/**
 * The attempt throws this instead of calling the handler.
 *
 * @param times attempts, from 1; `Infinity` for all. @default 1
 */
export const throws = (error: unknown, times = 1): JobFault => ({ kind: 'throws', error, times });

/** The handler is not called; the attempt lasts until its timeout. @param times attempts @default 1 */
export const hangs = (times = 1): JobFault => ({ kind: 'hangs', times });

/**
 * Somebody cancels the job just before the handler is called: it learns so when it reports progress, and the job ends
 * CANCELLED unless it completes.
 */
export const isCancelled = (): JobFault => ({ kind: 'cancelled', times: 1 });

/**
 * The process is told to shut down (SIGTERM) once the handler was called: its signal is aborted, and the job is put back
 * without an attempt.
 *
 * @param times starts of the handler; after 100 in a row the next spends an attempt @default 1
 */
export const isShutDown = (times = 1): JobFault => ({ kind: 'shutDown', times });

/**
 * The process dies without a trace, as one that runs out of memory does; the job's message comes back once its
 * visibility timeout is over.
 *
 * @param at    @default 'start'
 * @param times attempts @default 1
 */
export const crashes = (at: CrashPoint = 'start', times = 1): JobFault => ({ kind: 'crashes', at, times });

/**
 * DynamoDB refuses the engine's calls for being too many; the engine repeats them.
 *
 * @param during 'handler' are the calls of `progress` and `checkpoint`
 * @param times  calls, from 1; the engine gives up on a write after its tenth @default 1
 */
export const dynamoDbThrottles = (during: AttemptPhase, times = 1): JobFault => ({ kind: 'throttles', during, times });

/** DynamoDB does what it is asked for, and its answer is lost. @param times calls @default 1 */
export const dynamoDbLosesReply = (during: AttemptPhase, times = 1): JobFault => ({
  kind: 'losesReply',
  during,
  times,
});

/** The faults of one test, each used up as it comes. */
export interface FaultPlan {
  /** The fault of the handler whose turn it is; undefined if none is left. */
  next(): HandlerFault | undefined;
  /** One of its times has come. */
  happened(fault: JobFault): void;
  /** Has DynamoDB misbehave. @param phase of the attempt that runs now; undefined between attempts */
  planCalls(dynamoDb: MemoryDynamoDb, phase: () => AttemptPhase | undefined): void;
  /** @throws TestJobError naming faults that did not come: such a test proves nothing */
  checkAllCame(ended: string): void;
}

export function makeFaultPlan(faults: readonly JobFault[]): FaultPlan {
  const came = new Map<JobFault, number>(faults.map((fault) => [fault, 0]));
  const left = (fault: JobFault) => fault.times - (came.get(fault) ?? 0);
  const happened = (fault: JobFault) => void came.set(fault, (came.get(fault) ?? 0) + 1);
  return {
    happened,
    next: () => faults.filter(isHandlers).find((fault) => left(fault) > 0),
    planCalls(dynamoDb, phase) {
      for (const fault of faults) {
        if (isHandlers(fault)) continue;
        const matches = () => {
          const hit = phase() === fault.during;
          if (hit) happened(fault);
          return hit;
        };
        const effect = fault.kind === 'throttles' ? throttling : ({ kind: 'lostReply' } as const);
        dynamoDb.faults.plan(matches, effect, fault.times);
      }
    },
    checkAllCame(ended) {
      const missing = faults.filter((fault) => Number.isFinite(fault.times) && left(fault) > 0);
      if (missing.length === 0) return;
      const what = missing.map((fault) => `${described(fault)} came ${came.get(fault)} of ${fault.times} times`);
      throw new TestJobError(`${what.join('; ')}: ${ended}. Plan only what the job lives to meet, or give Infinity.`);
    },
  };
}

const throttling = {
  kind: 'fails',
  get error() {
    return throttled();
  },
} as const;

export const isHandlers = (fault: JobFault): fault is HandlerFault =>
  fault.kind !== 'throttles' && fault.kind !== 'losesReply';

/** A fault as its author wrote it. */
function described(fault: JobFault): string {
  switch (fault.kind) {
    case 'throws':
      return `throws(${fault.error instanceof Error ? fault.error.name : typeof fault.error})`;
    case 'hangs':
      return 'hangs()';
    case 'cancelled':
      return 'isCancelled()';
    case 'shutDown':
      return 'isShutDown()';
    case 'crashes':
      return `crashes(${JSON.stringify(fault.at)})`;
    case 'throttles':
      return `dynamoDbThrottles('${fault.during}')`;
    case 'losesReply':
      return `dynamoDbLosesReply('${fault.during}')`;
  }
}
