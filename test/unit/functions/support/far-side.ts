import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobDefinition, JobItem, Payload } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { SimulatedHandler, SimulationEnd, Surroundings } from '#sluice/testing';
import { sleep } from '../../../../lib/engine/clock.ts';

const surroundings = new AsyncLocalStorage<Surroundings>();

/** How third parties are reached in a simulation: no real network, which virtual time would not wait for. */
export interface Trouble {
  /** Of a hundred calls, so many never arrive, and so many lose their reply. */
  readonly percent: number;
  /** What the client makes of either. */
  readonly error: () => Error;
  /** Now and then a call takes this long to arrive, ms. */
  readonly stallMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A call to a third party, by the clock and the luck of whatever process the handler runs in. */
export async function reach<T>(answer: () => T, { percent, error, stallMs, signal }: Trouble): Promise<T> {
  const { clock, random } = here();
  await sleep(clock, random.percent(2) ? stallMs : random.int(5, 200));
  signal?.throwIfAborted();
  if (random.percent(percent)) throw error();
  const reply = answer();
  await sleep(clock, random.int(5, 200));
  if (random.percent(percent)) throw error();
  return reply;
}

/** The surroundings of the handler that is calling. */
export function here(): Surroundings {
  const found = surroundings.getStore();
  if (found === undefined) throw new Error('a stand-in was called from outside the handler');
  return found;
}

/** A connection that broke. */
export const cut = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Counts starts of handlers. A job that is shut down starts again within the same attempt. */
export interface Attempts {
  /** A handler whose stand-ins find their surroundings, and whose starts are counted. */
  of<D extends JobDefinition>(
    perform: (payload: Payload<D>, context: JobContext<Payload<D>>) => unknown,
  ): SimulatedHandler<D>;
  /** How many a job had, over all its runs. */
  total(jobId: string): number;
  clear(): void;
}

export function countAttempts(): Attempts {
  const starts = new Map<string, number>();
  return {
    of: (perform) => (payload, context, around) => {
      const { id } = context.job;
      starts.set(id, (starts.get(id) ?? 0) + 1);

      return surroundings.run(around, () => perform(payload, context));
    },
    total: (jobId) => starts.get(jobId) ?? 0,
    clear: () => starts.clear(),
  };
}

/** The jobs that ended so. */
export const ended = ({ jobs }: SimulationEnd, as: JobItem['status']): JobItem[] =>
  jobs.filter((job) => job?.status === as) as JobItem[];
