import { errorName, isTransient } from '../aws/errors.ts';
import type { JobError } from '../contract/errors.ts';
import type { DeadLetterReason } from '../contract/job.ts';
import type { JobName } from './change-job.ts';
import type { DeadJob, ExpiredJob, JobState } from './state.ts';

/** The job that was waited for died: it is in the dead-letter queue. */
export class DeadJobError extends Error {
  override readonly name = 'DeadJobError';
  readonly type: string;
  readonly key: string;
  readonly reason: DeadLetterReason;
  /** Name and message of its last attempt's error. */
  readonly error: JobError;
  /** How it stands, whole. */
  readonly state: DeadJob;
  constructor({ type, key }: JobName, state: DeadJob) {
    const { reason, error } = state;
    super(`${type} ${key} died (${reason}): ${error.name}: ${error.message}`);
    this.type = type;
    this.key = key;
    this.reason = reason;
    this.error = error;
    this.state = state;
  }
}

/** The job that was waited for was cancelled. */
export class CancelledJobError extends Error {
  override readonly name = 'CancelledJobError';
  readonly type: string;
  readonly key: string;
  constructor({ type, key }: JobName) {
    super(`${type} ${key} was cancelled`);
    this.type = type;
    this.key = key;
  }
}

/** The job that was waited for expired: it did not run, or no further attempt started, because its time was over. */
export class ExpiredJobError extends Error {
  override readonly name = 'ExpiredJobError';
  readonly type: string;
  readonly key: string;
  /** How it stands, whole. */
  readonly state: ExpiredJob;
  constructor({ type, key }: JobName, state: ExpiredJob) {
    super(`${type} ${key} expired: ${state.error.message}`);
    this.type = type;
    this.key = key;
    this.state = state;
  }
}

/** The wait saw the job, and then its item was gone: how it ended is not known. */
export class GoneJobError extends Error {
  override readonly name = 'GoneJobError';
  readonly type: string;
  readonly key: string;
  /** How it stood when it was seen last. */
  readonly state: JobState;
  constructor({ type, key }: JobName, state: JobState) {
    super(`${type} ${key} is gone: it was ${state.status}, and then the jobs table had no item of it; was it deleted?`);
    this.type = type;
    this.key = key;
    this.state = state;
  }
}

/** The job did not end in time. Nothing happened to it: wait again, or look later. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
  readonly type: string;
  readonly key: string;
  /** How it stood at the last look. */
  readonly state: JobState;
  constructor({ type, key }: JobName, { state, stage, timeoutMs, cause }: Unended) {
    super(`${type} ${key} has not ended within ${timeoutMs} ms: ${standing({ type, stage, state })}`, { cause });
    this.type = type;
    this.key = key;
    this.state = state;
  }
}

/** What is known when a wait's time is over. */
interface Unended {
  readonly state: JobState;
  /** By its full name. */
  readonly stage: string;
  readonly timeoutMs: number;
  /** Why the last look failed, if it did. */
  readonly cause: unknown;
}

/** The table cannot tell a job that was not sent from one of a type that is not there. */
function standing({ type, stage, state }: { type: string } & Pick<Unended, 'stage' | 'state'>): string {
  if (state.status !== 'unknown') return `it is ${state.status}`;
  return `nothing is known of it. It has not begun, was not sent under this key, or the stage has no job type "${type}": npx sluice queues ${type} --stage ${stage} tells`;
}

/** The jobs table could not be read or written. Its cause is the error of the SDK. */
export class JobTableError extends Error {
  override readonly name = 'JobTableError';
  /** The name of the SDK's error, which is DynamoDB's code. */
  readonly code: string;
  /** Whether the same call may succeed later. A wait goes on then, by itself. */
  readonly isTransient: boolean;
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.code = errorName(cause);
    this.isTransient = isTransient(cause);
  }
}

/** A stage, by its full name, and its jobs table. */
export interface Place {
  readonly stage: string;
  readonly table: string;
}

/** What could not be done, and where. */
interface Failed {
  readonly verb: 'read' | 'change';
  readonly place: Place;
  readonly type: string;
}

const GRANT = { read: 'grantRead', change: 'grantCancel' } as const;

/** An error of the SDK, with what to do. */
export function tableError(cause: unknown, { verb, place: { stage, table }, type }: Failed): JobTableError {
  const code = errorName(cause);
  if (code === 'ResourceNotFoundException') {
    const why = `is stage "${stage}" deployed here? SLUICE_STAGE or createClient({ stage }) names it`;
    return new JobTableError(`table ${table} does not exist in this account and region: ${why}`, cause);
  }
  if (code === 'AccessDeniedException') {
    const way = `${GRANT[verb]}(role, { stage: '${stage}', types: ['${type}'] }) of sluice/infra gives the right`;
    return new JobTableError(`no right to ${verb} jobs of type "${type}" in table ${table}: ${way}`, cause);
  }
  const again = isTransient(cause) ? '; try again' : '';
  return new JobTableError(
    `table ${table} could not be ${verb === 'read' ? 'read' : 'changed'}: ${code}${again}`,
    cause,
  );
}
