import { setTimeout as sleep } from 'node:timers/promises';
import type { JobContext } from '../../engine/job-context.ts';
import { withResolvers } from '../../engine/resolvers.ts';
import type { MemoryProcess } from '../aws/lambda/process.ts';
import { TestJobError } from './error.ts';
import type { AttemptPhase, FaultPlan, HandlerFault } from './faults.ts';

/** The handler under test, and what becomes of it in one process. */
export interface WatchedHandler {
  /** In the place of the handler: under the fault whose turn it is. */
  perform(payload: unknown, context: JobContext): Promise<unknown>;
  /** Works on its own, in real time, so that the job's time must stand still. */
  isWorking(): boolean;
  /** Resolves once it ends, turns to its context or is aborted. @throws TestJobError if it does none of these in time */
  change(): Promise<void>;
  /** Gives a handler whose attempt has ended a moment to end as well. */
  leave(): Promise<void>;
}

interface WatchOptions {
  readonly handler: (payload: unknown, context: JobContext) => unknown;
  readonly process: MemoryProcess;
  readonly faults: FaultPlan;
  readonly patienceMs: number;
  /** What the context has of a flow. */
  readonly flowContext: Pick<JobContext, 'flow' | 'previous'>;
  readonly onPhase: (phase: AttemptPhase) => void;
  /** Cancels the job, as an operator does. */
  readonly cancel: () => void;
  /** What SIGTERM aborts. */
  readonly shutdown: AbortController;
}

/** What a handler that heeds its signal may take to end, real time. */
const GRACE_MS = 1000;

export function watchHandler(options: WatchOptions): WatchedHandler {
  const { process, faults, patienceMs, onPhase } = options;
  const state: State = { working: false, calls: 0, ended: undefined, changed: signalling() };
  let isOver = false;
  const turn = (phase: AttemptPhase) => {
    // A handler that outlives its attempt ends in the middle of another.
    if (!isOver) onPhase(phase);
  };
  return {
    isWorking: () => state.working && state.calls === 0 && process.alive,
    change: () => within(state.changed.next(), patienceMs),
    async leave() {
      isOver = true;
      if (!process.alive) return;
      await Promise.race([state.ended, sleep(GRACE_MS, undefined, { ref: false })]);
    },
    async perform(payload, context) {
      turn('handler');
      context.signal.addEventListener('abort', () => turn('end'), { once: true });
      const fault = faults.next();
      try {
        const work = () =>
          callHandler(payload, watchedContext(context, fault, { ...options, state }), { ...options, state });
        return await underFault(fault, { ...options, context, work });
      } finally {
        turn('end');
      }
    },
  };
}

interface State {
  working: boolean;
  /** Calls of the context that are not answered yet. */
  calls: number;
  ended: Promise<unknown> | undefined;
  readonly changed: Signalling;
}

/** Calls the handler; the job's time stands still until it ends or is aborted. */
async function callHandler(
  payload: unknown,
  context: JobContext,
  { handler, state }: Pick<WatchOptions, 'handler'> & { readonly state: State },
): Promise<unknown> {
  const stop = () => {
    state.working = false;
    state.changed.now();
  };
  context.signal.addEventListener('abort', stop, { once: true });
  state.working = !context.signal.aborted;
  const ended = (async () => handler(payload, context))();
  state.ended = ended.catch(() => undefined);
  try {
    return await ended;
  } finally {
    stop();
  }
}

interface Attempt extends WatchOptions {
  readonly context: JobContext;
  readonly work: () => Promise<unknown>;
}

async function underFault(fault: HandlerFault | undefined, attempt: Attempt) {
  const { faults, process, context, work } = attempt;
  const die = () => {
    if (fault !== undefined) faults.happened(fault);
    process.kill();
    return forever();
  };
  if (fault?.kind === 'crashes') {
    if (fault.at === 'start') return die();
    const result = await work();
    return fault.at === 'end' ? die() : result;
  }
  if (fault !== undefined) faults.happened(fault);
  switch (fault?.kind) {
    case 'throws':
      throw fault.error;
    case 'hangs':
      return aborted(context.signal);
    case 'cancelled':
      attempt.cancel();
      return work();
    case 'shutDown': {
      const running = work();
      attempt.shutdown.abort();
      return running;
    }
    default:
      return work();
  }
}

/** The context, which notes each call, and dies at the checkpoint that the fault names. */
function watchedContext(
  context: JobContext,
  fault: HandlerFault | undefined,
  { state, process, faults, flowContext }: WatchOptions & { readonly state: State },
): JobContext {
  const crash = fault?.kind === 'crashes' && typeof fault.at === 'object' ? fault.at : undefined;
  let checkpoints = 0;
  const dieIf = async (crashes: boolean) => {
    if (!crashes || fault === undefined) return;
    faults.happened(fault);
    process.kill();
    await forever();
  };
  const during = async <T>(call: () => Promise<T>): Promise<T> => {
    state.calls += 1;
    state.changed.now();
    try {
      return await call();
    } finally {
      state.calls -= 1;
    }
  };
  return {
    ...context,
    ...flowContext,
    progress: (value) => during(() => context.progress(value)),
    checkpoint: (writes, kept) =>
      during(async () => {
        const here = ++checkpoints === crash?.checkpoint;
        await dieIf(here && crash?.moment === 'before');
        await context.checkpoint(writes, kept);
        await dieIf(here && crash?.moment === 'after');
      }),
  };
}

const forever = (): Promise<never> => new Promise(() => undefined);

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

interface Signalling {
  now(): void;
  /** Resolves at the next signal. */
  next(): Promise<void>;
}

function signalling(): Signalling {
  let waiting = withResolvers<void>();
  return {
    next: () => waiting.promise,
    now() {
      waiting.resolve();
      waiting = withResolvers<void>();
    },
  };
}

async function within(change: Promise<void>, patienceMs: number): Promise<void> {
  const waiting = new AbortController();
  const late = sleep(patienceMs, 'late', { signal: waiting.signal }).catch(() => 'over');
  const first = await Promise.race([change, late]);
  waiting.abort();
  if (first !== 'late') return;
  throw new TestJobError(
    `the handler did not end within ${patienceMs} ms of real time, in which the job's own time stands still. ` +
      'If it works that long, give patienceMs; to see it run into its timeout, use hangs() or move the clock.',
  );
}
