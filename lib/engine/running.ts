import type { AsyncLocalStorage } from 'node:async_hooks';
import { type Surroundings, surroundings } from '../contract/hops.ts';
import type { JobItem } from '../contract/protocol/job-item.ts';
import { type Resolvers, withResolvers } from './resolvers.ts';

/** What its attempt holds, or would hold: no row stands yet. */
interface RunningClaim {
  readonly item: JobItem;
  readonly unclaimed?: boolean;
}

/** A job whose handler was called, until its attempt has ended and its message is dealt with. */
export interface RunningJob extends Surroundings {
  /** For log lines. Small: whatever the handler leaves behind (a timer, a pooled connection) keeps it. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Undefined once the handler has ended, or its time. */
  handler: { readonly claim: RunningClaim; fail(reason: unknown): void } | undefined;
  /** An exception of its own ends the process: nothing else is written for it. */
  isToBlame: boolean;
  readonly ended: Resolvers<void>;
}

export const startJob = (fields: RunningJob['fields'], hops = 0): RunningJob => ({
  ...{ fields, hops, handler: undefined, isToBlame: false },
  ended: withResolvers(),
});

/** Only this file sets it, so that it holds nothing less. */
const storage = surroundings as AsyncLocalStorage<RunningJob>;

/** Calls a job's handler, so that whatever comes of it later is known to be that job's. */
export const runAs = <T>(job: RunningJob, handler: () => T): T => storage.run(job, handler);

/** The job that the code at hand belongs to, also after the job has ended. */
export const currentJob = (): RunningJob | undefined => storage.getStore();
