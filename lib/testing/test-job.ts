import { NumberValueImpl, unmarshall } from '@aws-sdk/util-dynamodb';
import type { JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import type { JobError } from '../contract/errors.ts';
import type { DeadLetterReason, JobStatus } from '../contract/job.ts';
import type { JobItem } from '../contract/protocol/job-item.ts';
import { refuseDisabledIdempotency } from '../engine/environment.ts';
import type { JobContext, Perform, TransactWrite } from '../engine/job-context.ts';
import type { MemoryEvent } from './aws/eventbridge.ts';
import { checkRealTimers } from './test-job/clock.ts';
import { JOBS_TABLE } from './test-job/engine.ts';
import { TestJobError } from './test-job/error.ts';
import { checkArguments, type TestJobOptions } from './test-job/options.ts';
import { handedOn, type StagedBatch, type StagedJob } from './test-job/staged.ts';
import { isOver, makeTrial, type Trial, takeTurn } from './test-job/trial.ts';

/** How a job went, from its message to its end. */
export interface TestRun {
  /** How it ended: COMPLETED, DEAD, CANCELLED or EXPIRED. */
  readonly status: JobStatus;
  readonly attempts: number;
  /** The delay that was chosen after each attempt that another one followed, ms; none after a crash. */
  readonly delaysMs: readonly number[];
  /** When each attempt started, ms since the message was sent. */
  readonly startsMs: readonly number[];
  /** Why it is DEAD. */
  readonly reason?: DeadLetterReason;
  /** Of the last attempt that failed. */
  readonly error?: JobError;
  /** What the handler returned, as the table keeps it. */
  readonly result?: unknown;
  /** Every value of `progress` that the table kept, in order: at most one a second, and what waited at an attempt's end. */
  readonly progress: readonly unknown[];
  /** Every state that `checkpoint` wrote, in order, also where its answer was lost. */
  readonly checkpoints: readonly unknown[];
  /** The writes of `commit` and `checkpoint` that took effect, in order. */
  readonly writes: readonly TransactWrite[];
  /** What the handler staged by `context.enqueue` and what was sent, in order. */
  readonly staged: readonly StagedJob[];
  /** The batch that it staged: its children were sent, and its callback waits. */
  readonly batch?: StagedBatch;
  /** What each table of the options holds in the end, in plain values. */
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  /** Names of the events that were logged, by the engine and by the handler: `job.started`, … */
  readonly events: readonly string[];
  /** The events that were published: of a death, and of a completion if the definition asks for it. */
  readonly published: readonly MemoryEvent[];
  /** The job's item in the jobs table. */
  readonly item: JobItem;
  /** Attributes of its dead letter, if it is DEAD. */
  readonly deadLetter?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs one job through a handler as the deployed engine would: payload check, lease, timeout and signal, attempts,
 * delays, checkpoints and commits, the dead-letter queue. It is the engine's own code on an in-memory AWS, in time that
 * costs nothing: a retry after 30 minutes comes at once.
 *
 * While the handler works, the job's time stands still, however long it really takes (`patienceMs`).
 *
 * @param definition the job type's
 * @param handler    the user's work, as it is handed to `consumer`
 * @returns once the job is COMPLETED, CANCELLED, EXPIRED, or DEAD and in its dead-letter queue
 * @throws TestJobError if an argument is wrong, a fault never came, or the handler waits for something that never comes
 * @example
 * const run = await testJob(resizeImage, perform, { payload, faults: [throws(new Error('busy'), 2)] });
 * expect(run).toMatchObject({ status: 'COMPLETED', attempts: 3, delaysMs: [2_000, 6_000] });
 */
export async function testJob<D extends JobDefinition>(
  definition: D,
  handler: Perform<D>,
  options: TestJobOptions<D>,
): Promise<TestRun> {
  checkArguments(definition, handler, options);
  checkRealTimers();
  refuseDisabledIdempotency();
  // The engine has checked the payload when it calls the handler: this is where its type comes back.
  const perform = (payload: unknown, context: JobContext) =>
    handler(payload as Payload<D>, context as JobContext<Payload<D>>);
  const trial = makeTrial(definition, perform, options);
  let item = trial.item();
  while (!isOver(item)) {
    await takeTurn(trial);
    item = trial.item();
    checkHandler(item, definition);
  }
  trial.faults.checkAllCame(`the job is ${item.status} after ${item.attempts} attempts`);
  return report(trial, item);
}

/** `consumer(definition, perform)` is a function of two arguments as well, and would be taken for the work. */
function checkHandler(item: JobItem | undefined, { type }: JobDefinition): void {
  if (item?.error?.name !== 'ConfigurationError') return;
  throw new TestJobError(
    `${type}: the handler threw a ConfigurationError: hand over the work (perform), not the Lambda entry point that consumer makes of it`,
  );
}

function report({ aws, events, sentAtMs, progress, written, tables }: Trial, item: JobItem): TestRun {
  const { status, attempts, reason, error, result } = item;
  const deadLetter = aws.deadLetters.messages()[0];
  const plain = (name: string) =>
    aws.dynamoDb
      .table(name)
      .items()
      .map((one) => unmarshall(one, { wrapNumbers }));
  const attributes = Object.entries(deadLetter?.attributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]);
  return {
    ...{ status, attempts, item },
    delaysMs: events.flatMap(({ name, delayMs }) => (DELAYED.includes(name) ? (delayMs ?? []) : [])),
    startsMs: events.flatMap(({ name, atMs }) => (name === 'job.started' ? [atMs - sentAtMs] : [])),
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(result !== undefined && { result }),
    progress,
    checkpoints: written.checkpoints,
    writes: written.writes,
    ...handedOn(item, aws.stagedQueues, (id) => aws.dynamoDb.item(JOBS_TABLE, id)),
    tables: Object.fromEntries(tables.map((name) => [name, plain(name)])),
    events: events.map(({ name }) => name),
    published: aws.bus.events,
    ...(deadLetter !== undefined && { deadLetter: Object.fromEntries(attributes) }),
  };
}

/** As the document client reads numbers, which fails for one that is both large and broken: that one keeps its digits. */
function wrapNumbers(text: string): number | bigint | NumberValueImpl {
  if (Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) return Number(text);
  return /^-?\d+$/.test(text) ? BigInt(text) : NumberValueImpl.from(text);
}

/** Events of attempts that another one follows. */
const DELAYED = ['job.retrying', 'job.parked', 'job.snoozed', 'job.put-back'];
