import type { VirtualClock } from '../virtual-clock.ts';
import { TestJobError } from './error.ts';
import type { WatchedHandler } from './handler.ts';

/** The runtime's own, whatever a test puts in its place later. */
const { setImmediate: realImmediate } = globalThis;

/**
 * Runs work to its end. Time leaps from timer to timer where the work waits for one, and stands still while the handler
 * works.
 *
 * @throws what the work rejects with; TestJobError if it waits for something that never comes
 */
export async function drive<T>(work: Promise<T>, clock: VirtualClock, handler?: WatchedHandler): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  for (;;) {
    await clock.settle();
    if (over) return work;
    if (handler?.isWorking()) {
      await handler.change();
      continue;
    }
    const nextMs = clock.nextTimerMs();
    if (nextMs === undefined) throw new TestJobError('the job waits for something that no timer will bring');
    await clock.advance(nextMs - clock.now());
  }
}

/** @throws TestJobError if the event loop is faked: the engine gathers its writes by it */
export function checkRealTimers(): void {
  if (globalThis.setImmediate === realImmediate) return;
  throw new TestJobError(
    "testJob needs the real setImmediate, and has a clock of its own: fake the date only, vi.useFakeTimers({ toFake: ['Date'] })",
  );
}
