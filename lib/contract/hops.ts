import { AsyncLocalStorage } from 'node:async_hooks';
import { PermanentError } from './errors.ts';

/**
 * Jobs in a row of which each was enqueued by the one before. A chain that goes on for ever costs money without an end, and
 * each of its jobs looks well; what a person designs is far shorter.
 */
export const MAX_HOPS = 100;

/**
 * Thrown by `enqueue` inside of a job's handler: its job would be the 101st in a row that was enqueued by the job before.
 * It is permanent: unless the handler catches it, its own job is dead-lettered with what this error says.
 */
export class TooManyHopsError extends PermanentError {
  override readonly name = 'TooManyHopsError';
}

/** What a job's handler is surrounded by: what the jobs that it enqueues take from it. */
export interface Surroundings {
  /** Of the job's own message. */
  readonly hops: number;
}

/** The same in every copy of the package: a handler's producer may be of another one than the engine that runs it. */
const KEY = Symbol.for('sluice.surroundings');
const shared = globalThis as typeof globalThis & { [KEY]?: AsyncLocalStorage<Surroundings> };
shared[KEY] ??= new AsyncLocalStorage();
/** Set while a job's handler runs, and for whatever it leaves behind. */
export const surroundings = shared[KEY];

/**
 * The hops of a job that the code at hand enqueues.
 *
 * @returns undefined outside of a handler
 * @throws TooManyHopsError beyond {@link MAX_HOPS}
 */
export function nextHops(type: string): number | undefined {
  const parent = surroundings.getStore();
  if (parent === undefined) return undefined;
  if (parent.hops < MAX_HOPS) return parent.hops + 1;
  throw new TooManyHopsError(
    `the job of type ${type} was not sent: ${MAX_HOPS} jobs in a row were each enqueued by the one before. A chain that is meant to go on needs another beginning, as a schedule`,
  );
}
