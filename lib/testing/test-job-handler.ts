import { setTimeout as sleep } from 'node:timers/promises';
import type { JobContext } from '../engine/job-context.ts';
import type { MemoryProcess } from './memory-process.ts';
import { TestJobError } from './test-job-error.ts';
import type { AttemptPhase, FaultPlan, HandlerFault } from './test-job-faults.ts';

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
  readonly onProgress: (value: unknown) => void;
  readonly patienceMs: number;
  readonly onPhase: (phase: AttemptPhase) => void;
}

/** What a handler that heeds its signal may take to end, real time. */
const GRACE_MS = 1000;

export function watchHandler(options: WatchOptions): WatchedHandler {
  const { handler, process, faults, patienceMs, onPhase } = options;
  const state: State = { working: false, calls: 0, ended: undefined, changed: signalling() };
  let isOver = false;
  const stop = () => {
    state.working = false;
    state.changed.now();
  };
  const turn = (phase: AttemptPhase) => {
    // A handler that outlives its attempt ends in the middle of another.
    if (!isOver) onPhase(phase);
  };
  const work = async (payload: unknown, context: JobContext, fault: HandlerFault | undefined) => {
    context.signal.addEventListener('abort', stop, { once: true });
    state.working = !context.signal.aborted;
    const ended = (async () => handler(payload, watchedContext(context, fault, { ...options, state })))();
    state.ended = ended.catch(() => undefined);
    try {
      return await ended;
    } finally {
      stop();
    }
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
        return await underFault(fault, { faults, process, context, work: () => work(payload, context, fault) });
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

interface Attempt {
  readonly faults: FaultPlan;
  readonly process: MemoryProcess;
  readonly context: JobContext;
  readonly work: () => Promise<unknown>;
}

async function underFault(fault: HandlerFault | undefined, { faults, process, context, work }: Attempt) {
  const die = () => {
    if (fault !== undefined) faults.happened(fault);
    process.kill();
    return forever();
  };
  if (fault?.kind === 'throws') {
    faults.happened(fault);
    throw fault.error;
  }
  if (fault?.kind === 'hangs') {
    faults.happened(fault);
    return aborted(context.signal);
  }
  if (fault?.kind === 'crashes' && fault.at === 'start') return die();
  const result = await work();
  return fault?.kind === 'crashes' && fault.at === 'end' ? die() : result;
}

/** The context, which notes what it is told, and dies at the checkpoint that the fault names. */
function watchedContext(
  context: JobContext,
  fault: HandlerFault | undefined,
  { state, onProgress, process, faults }: WatchOptions & { readonly state: State },
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
    progress: (value) =>
      during(async () => {
        await context.progress(value);
        onProgress(copied(value));
      }),
    checkpoint: (writes, kept) =>
      during(async () => {
        const here = ++checkpoints === crash?.checkpoint;
        await dieIf(here && crash?.moment === 'before');
        await context.checkpoint(writes, kept);
        await dieIf(here && crash?.moment === 'after');
      }),
  };
}

/** As the table keeps it: a handler may change the value that it handed over. */
const copied = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

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
  let waiting = Promise.withResolvers<void>();
  return {
    next: () => waiting.promise,
    now() {
      waiting.resolve();
      waiting = Promise.withResolvers<void>();
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
