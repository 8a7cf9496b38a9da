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

/** Counts attempts as their handlers see them. */
export interface Attempts {
  /** A handler whose stand-ins find their surroundings, and whose attempts are counted. */
  of<D extends JobDefinition>(
    perform: (payload: Payload<D>, context: JobContext<Payload<D>>) => unknown,
  ): SimulatedHandler<D>;
  /** How many a job had, over all its runs. */
  total(jobId: string): number;
  clear(): void;
}

export function countAttempts(): Attempts {
  /** The last attempt of each run, by job. */
  const last = new Map<string, number[]>();
  return {
    of: (perform) => (payload, context, around) => {
      const { id, run, attempts } = context.job;
      const runs = last.get(id) ?? [];
      runs[run] = Math.max(runs[run] ?? 0, attempts);
      last.set(id, runs);
      return surroundings.run(around, () => perform(payload, context));
    },
    total: (jobId) => (last.get(jobId) ?? []).reduce((sum, attempts) => sum + (attempts ?? 0), 0),
    clear: () => last.clear(),
  };
}

/** The jobs that ended so. */
export const ended = ({ jobs }: SimulationEnd, as: JobItem['status']): JobItem[] =>
  jobs.filter((job) => job?.status === as) as JobItem[];
