/** Looks at jobs, waits for them and cancels them, from any TypeScript service. */
import { type Client, createClient } from './client.ts';

export type { Cancellable } from './cancel-job.ts';
export { JobChangedError, NewerJobError } from './change-job.ts';
export {
  type Cancellation,
  type Client,
  type ClientDynamoDb,
  type ClientOptions,
  createClient,
  type JobType,
} from './client.ts';
export {
  CancelledJobError,
  DeadJobError,
  ExpiredJobError,
  GoneJobError,
  JobTableError,
  WaitTimeoutError,
} from './errors.ts';
export type {
  CancelledJob,
  CompletedJob,
  DeadJob,
  EndedJob,
  ExpiredJob,
  JobState,
  UnfinishedJob,
  UnknownJob,
} from './state.ts';
export type { WaitOptions } from './watch.ts';

const client = createClient();

/** How a job of the stage that SLUICE_STAGE names stands, else of `dev`; see {@link Client.status}. */
export const status: Client['status'] = client.status;
/** Waits for a job of the stage that SLUICE_STAGE names, else of `dev`; see {@link Client.waitFor}. */
export const waitFor: Client['waitFor'] = client.waitFor;
/** Follows a job of the stage that SLUICE_STAGE names, else of `dev`; see {@link Client.progress}. */
export const progress: Client['progress'] = client.progress;
/** Cancels a job of the stage that SLUICE_STAGE names, else of `dev`; see {@link Client.cancel}. */
export const cancel: Client['cancel'] = client.cancel;
