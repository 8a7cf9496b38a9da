import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ChangingDynamoDb, LookingDynamoDb } from '../aws/client-ports.ts';
import { ownCalls } from '../aws/client-settings.ts';
import { stageOf } from '../aws/stage-of.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { checkedJobType } from '../contract/definition/job-type.ts';
import { isJobKey, names } from '../contract/names.ts';
import type { OperatorRow } from '../contract/protocol/transitions.ts';
import { type Cancellable, cancel } from './cancel-job.ts';
import { JobChangedError, type JobName, NewerJobError } from './change-job.ts';
import { tableError } from './errors.ts';
import { type LookedTable, makeLook } from './looks.ts';
import { type JobState, stateOf } from './state.ts';
import { checkTimeout, progressOf, resultOf, stateNow, type WaitOptions, type WatchedJob, watch } from './watch.ts';

/** The calls to DynamoDB that a client makes: a `DynamoDBClient` of @aws-sdk/client-dynamodb, or what stands in for one. */
export type ClientDynamoDb = LookingDynamoDb & ChangingDynamoDb;

/** Settings of {@link createClient}; all of it is optional. */
export interface ClientOptions {
  /** Stage whose jobs are looked at. @default environment variable SLUICE_STAGE, else `dev` */
  readonly stage?: string;
  /** App that the stage is of. @default the one that a full name as `shop/prod` has, else `sluice` */
  readonly app?: string;
  /** @default a client of the SDK's own configuration, made at the first look; a request takes 5 s at most, a look three requests */
  readonly client?: ClientDynamoDb;
}

/** A job type: its definition, or its name where the definition is not at hand. */
export type JobType = string | Pick<JobDefinition, 'type'>;

/** What a cancellation did. */
export interface Cancellation {
  /**
   * The row of the state machine that was written. `cancelledWaiting`: it has ended; `cancelledByMessage`: its next message ends it;
   * `cancelRequested`: it runs, and ends CANCELLED unless it completes; `refusedAhead`: it had not come, and will not run;
   * `none`: it had ended.
   */
  readonly row: OperatorRow | 'none';
  /** How it stands now. */
  readonly state: JobState;
}

/**
 * Looks at the jobs of one stage, by the key that a job was sent with, or else by its id. It reads the jobs table, so it knows a job
 * from its first attempt on, or from when it is parked.
 */
export interface Client {
  /**
   * How a job stands, by one consistent read; `unknown` if the table has nothing of it.
   *
   * @throws RangeError, JobDefinitionError if the key or the type is no such name
   * @throws JobTableError if the table could not be read: no right, no such stage, no answer; NewerJobError
   * @example const { status } = await client.status(sendEmail, `welcome-${userId}`);
   */
  status(job: JobType, key: string): Promise<JobState>;
  /**
   * Waits for a job's end. It looks at once, again after 0.2 s, and less and less often, at most 5 s apart: an hour is some 800
   * to 1,400 reads. Waits of one process share their reads, a hundred jobs of a type a call. An unknown job may be about to begin, so it
   * is waited for.
   *
   * @returns what the handler returned
   * @throws DeadJobError with the reason and the last error; CancelledJobError
   * @throws WaitTimeoutError with how it stands; the signal's reason; GoneJobError if it was seen, and its item then was gone
   * @throws as `status` does, but for what passes: the next look finds out
   * @example const result = await client.waitFor(generateReport, 'march', { timeoutMs: 60_000, signal });
   */
  waitFor(job: JobType, key: string, options?: WaitOptions): Promise<unknown>;
  /**
   * Each progress of a job that a look finds new, up to its end, however it ends. Of values between two looks it yields the latest; a
   * handler's progress is kept once a second at most.
   *
   * @throws as `waitFor` does, but not for how the job ends
   * @example for await (const percent of client.progress(generateReport, 'march')) show(percent);
   */
  progress(job: JobType, key: string, options?: WaitOptions): AsyncGenerator<unknown, void>;
  /**
   * Cancels a job, as `npx sluice cancel` does. It takes the definition, which says how long a job that was refused beforehand is
   * remembered.
   *
   * @throws JobChangedError if the job changed each time it was read: try again; NewerJobError; JobTableError; RangeError
   * @example await client.cancel(generateReport, 'march');
   */
  cancel(definition: Cancellable, key: string): Promise<Cancellation>;
}

/** Makes a client. Make it once: waits share their reads through it. */
export function createClient({ stage: named, app, client }: ClientOptions = {}): Client {
  let made: (LookedTable & { readonly dynamoDb: ClientDynamoDb }) | undefined;
  const table = () => {
    const stage = made?.stage ?? stageOf({ stage: named, app });
    made ??= { stage, table: names.jobsTable(stage), dynamoDb: client ?? new DynamoDBClient(SETTINGS) };
    return made;
  };
  const look = makeLook(table);
  const states = (job: JobName, awaits: WatchedJob['awaits'], options: WaitOptions) => {
    checkTimeout(options);
    return watch(look, { ...job, awaits, stage: () => table().stage }, options);
  };
  return {
    status: async (job, key) => stateNow(look, jobName(job, key)),
    async waitFor(job, key, options = {}) {
      const name = jobName(job, key);
      return resultOf(name, states(name, 'end', options));
    },
    progress: (job, key, options = {}) => progressOf(states(jobName(job, key), 'progress', options)),
    async cancel(definition, key) {
      if (typeof definition !== 'object') throw new TypeError('cancel takes the definition, not the name of its type');
      const { type } = jobName(definition, key);
      try {
        const { row, item } = await cancel(table(), definition, key);
        return { row, state: stateOf(item, Date.now()) };
      } catch (cause) {
        if (cause instanceof JobChangedError || cause instanceof NewerJobError) throw cause;
        throw tableError(cause, { verb: 'change', place: table(), type });
      }
    },
  };
}

/** A request without an answer is given up after 5 s, as the engine's are; the SDK makes three. */
const SETTINGS = { ...ownCalls(), maxAttempts: 3 };

/** @throws JobDefinitionError, RangeError saying what is wrong */
function jobName(job: JobType, key: string): JobName {
  const type = checkedJobType(typeof job === 'string' ? job : job.type);
  if (isJobKey(key)) return { type, key };
  throw new RangeError(`a job's key is 1 to 250 of A-Za-z0-9_.:-, got ${JSON.stringify(key)?.slice(0, 80)}`);
}
