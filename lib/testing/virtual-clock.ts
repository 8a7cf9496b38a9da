import type { Clock } from '../engine/clock.ts';
import { makeHeap } from './aws/sqs/heap.ts';

/** Time that costs nothing: it stands still while anything can happen without it, and then leaps to the next timer. */
export interface VirtualClock extends Clock {
  /** Lets all that is ready happen; time stands still. */
  settle(): Promise<void>;
  /**
   * Runs work to its end, leaping from timer to timer while it waits.
   *
   * @throws what the work rejects with; Error if it waits for something that no timer will bring
   */
  run<T>(work: Promise<T>): Promise<T>;
  /** Lets so much time pass, with every timer in it at its own moment. */
  advance(delayMs: number): Promise<void>;
  /** Moves the time without running a timer: what the clock of another machine shows. */
  set(nowMs: number): void;
  /** When the next timer fires, epoch ms; undefined if none is set. */
  nextTimerMs(): number | undefined;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
  /** In the order in which they were set. */
  readonly serial: number;
  /** It fired, or was cancelled. */
  done: boolean;
}

/** @param startMs epoch ms; the default is a round moment, so that times in failures are readable */
export function makeVirtualClock(startMs: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let nowMs = startMs;
  const timers = makeTimers();
  const fire = (timer: Timer) => {
    nowMs = Math.max(nowMs, timer.atMs);
    timers.remove(timer);
    timer.callback();
  };
  return {
    now: () => nowMs,
    // Whole milliseconds, as Date.now() and setTimeout know them.
    after: (delayMs, callback) => timers.add(nowMs + Math.max(0, Math.trunc(delayMs)), callback),
    settle,
    async run(work) {
      const isOver = watched(work);
      for (;;) {
        await settle();
        if (isOver()) return work;
        const timer = timers.next();
        if (timer === undefined) throw new Error('the work waits for something that no timer will bring');
        fire(timer);
      }
    },
    async advance(delayMs) {
      const untilMs = nowMs + delayMs;
      for (;;) {
        await settle();
        const timer = timers.next();
        if (timer === undefined || timer.atMs > untilMs) break;
        fire(timer);
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    set(toMs) {
      nowMs = toMs;
    },
    nextTimerMs: () => timers.next()?.atMs,
  };
}

/** The same time on a machine whose clock is so much ahead, or behind if negative. */
export const skewed = (clock: Clock, aheadMs: number): Clock => ({
  now: () => clock.now() + aheadMs,
  after: clock.after,
});

function makeTimers() {
  const heap = makeHeap<Timer>((a, b) => (a.atMs === b.atMs ? a.serial < b.serial : a.atMs < b.atMs));
  let serial = 0;
  let cancelled = 0;
  const isSet = ({ done }: Timer) => !done;
  const remove = (timer: Timer) => {
    if (timer.done) return;
    timer.done = true;
    // Most timers are timeouts that never come: they must not lie about until their time.
    if (++cancelled * 2 <= heap.size) return;
    heap.keep(isSet);
    cancelled = 0;
  };
  return {
    remove,
    add(atMs: number, callback: () => void) {
      const timer = { atMs, callback, serial: ++serial, done: false };
      heap.push(timer);
      return () => remove(timer);
    },
    /** The earliest; of equal ones the one that was set first. */
    next(): Timer | undefined {
      for (let timer = heap.peek(); timer !== undefined; timer = heap.peek()) {
        if (isSet(timer)) return timer;
        heap.pop();
        cancelled -= 1;
      }
      return undefined;
    },
  };
}

function watched(work: Promise<unknown>): () => boolean {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  return () => over;
}

/**
 * Lets microtasks and turns of the event loop pass until no turn is waiting: the engine gathers its writes with
 * setImmediate, so time must not move while one is pending. Turns of others who settle at the same time do not count.
 */
async function settle(): Promise<void> {
  await turn();
  do await turn();
  while (process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length > turning);
}

/** Turns that are waited for here. */
let turning = 0;

function turn(): Promise<void> {
  turning += 1;
  return new Promise((resolve) => {
    setImmediate(() => {
      turning -= 1;
      resolve();
    });
  });
}
