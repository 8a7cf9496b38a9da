import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import type { JobError } from '../contract/errors.ts';
import { toJson } from '../contract/json.ts';
import type { PayloadInput } from '../contract/payload.ts';
import type { JobItem } from '../contract/protocol/job-item.ts';
import type { JobContext } from '../engine/job-context.ts';
import type { Outgoing, Subject, Surroundings, World } from './simulation/model.ts';
import { type MakeSubject, runSchedule } from './simulation/schedule.ts';
import { describeFailure, shrink } from './simulation/shrink.ts';

/** A handler under test: the user's `perform`, with the simulated world as a third argument for its stand-ins. */
export type SimulatedHandler<D extends JobDefinition> = (
  payload: Payload<D>,
  context: JobContext<Payload<D>>,
  surroundings: Surroundings,
) => Promise<unknown> | unknown;

export interface SimulateOptions<D extends JobDefinition> {
  /** Payloads as a producer sends them: one job each. */
  readonly payloads: readonly PayloadInput<D>[];
  /** Tables that `commit` and `checkpoint` write: the names of their key attributes, by table. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** How many schedules. @default 200, some two seconds */
  readonly schedules?: number;
  /** Seed of the first: a schedule is the same for the same seed. @default 1 */
  readonly from?: number;
  /**
   * How many processes of a schedule may die (of memory, say), at any call or timer.
   *
   * @default 2, but never so many that a job could use up its attempts by them
   */
  readonly crashes?: number;
  /** Called before each schedule, also before those that cut a failing one down: empties what stand-ins remember. */
  readonly before?: () => void;
  /** What must hold of this job type once all has ended, beside Sluice's own promises: it throws if it does not. */
  readonly check?: (end: SimulationEnd) => void;
}

/** How one schedule ended. */
export interface SimulationEnd {
  /** The jobs' items, in the order of `payloads`; undefined if a purge took a job's only message. */
  readonly jobs: readonly (JobItem | undefined)[];
  /** Items of one of the `tables`, in plain values. */
  items(table: string): Record<string, unknown>[];
}

/** A schedule in which a promise, or the caller's own check, did not hold. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  /** Replays it: `simulate(…, { …, from: seed, schedules: 1 })`. */
  readonly seed: number;

  constructor(message: string, seed: number) {
    super(message);
    this.seed = seed;
  }
}

/** How the jobs of all schedules ended. */
export interface Simulated {
  readonly schedules: number;
  readonly ended: Readonly<Record<'COMPLETED' | 'DEAD' | 'CANCELLED' | 'EXPIRED', number>>;
}

/**
 * Runs a handler in the whole system, in memory and in virtual time: queue, event source, Lambda processes that die or
 * are frozen, table, dispatcher, dead letters, redrives. In each schedule other things go wrong: messages come twice and
 * out of order, calls are throttled, lost, repeated or late, processes die at any await, the queue is purged.
 *
 * Virtual time does not wait for the world outside: a handler that does times out. Third parties are stand-ins, and one
 * that takes time sleeps by `surroundings.clock`.
 *
 * @throws SimulationError at the first schedule in which a promise breaks: the schedule cut down to what it takes, a
 *         timeline of it, and the seed that replays it
 * @throws RangeError if an option makes no sense
 * @example await simulate(syncData, perform, { payloads: [{ source: 'crm', url }], tables: { records: ['source', 'id'] } });
 */
export async function simulate<D extends JobDefinition>(
  definition: D,
  handler: SimulatedHandler<D>,
  options: SimulateOptions<D>,
): Promise<Simulated> {
  const { schedules = 200, from = 1 } = options;
  checkOptions('simulate', { schedules, from, payloads: options.payloads.length });
  const make = () => subjectOf(definition, handler, options);
  return runAll(make, { schedules, from, name: 'simulate', jobs: (world) => endOf(world).jobs });
}

interface Runs {
  readonly schedules: number;
  readonly from: number;
  /** Of the function that the caller has called. */
  readonly name: string;
  /** A schedule's jobs, once all has ended. */
  readonly jobs: (world: World) => readonly (JobItem | undefined)[];
}

/** Runs schedules until a promise breaks. @throws SimulationError */
export async function runAll(make: MakeSubject, { schedules, from, name, jobs }: Runs): Promise<Simulated> {
  const ended = { COMPLETED: 0, DEAD: 0, CANCELLED: 0, EXPIRED: 0 };
  let lastError: JobError | undefined;
  for (let seed = from; seed < from + schedules; seed++) {
    const { violations, taken, world } = await runSchedule(make, seed);
    if (violations.length > 0) {
      const replay = `${name}(…, { …, from: ${seed}, schedules: 1 })`;
      throw new SimulationError(describeFailure(seed, await shrink(make, { seed, taken }), replay), seed);
    }
    for (const job of jobs(world)) {
      const status = job?.status;
      lastError = job?.error ?? lastError;
      if (status !== undefined && status in ended) ended[status as keyof typeof ended] += 1;
    }
  }
  if (ended.COMPLETED === 0 && lastError !== undefined) {
    const { message } = lastError;
    throw new SimulationError(
      `no job completed, so nothing was shown; the last one failed of ${lastError.name}: ${message}`,
      from,
    );
  }
  return { schedules, ended };
}

/** @throws RangeError if one is no whole number from 1 on */
export function checkOptions(of: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    const what =
      name === 'payloads' ? 'payloads must hold at least one payload' : `${name} must be a whole number from 1 on`;
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${of}: ${what}, got ${value}`);
  }
}

function subjectOf<D extends JobDefinition>(
  definition: D,
  handler: SimulatedHandler<D>,
  { payloads, tables = {}, check, crashes = 2, before }: SimulateOptions<D>,
): Subject {
  before?.();
  return {
    definition,
    // The payload has passed the definition's schema before the handler is called: this is where its type comes back.
    perform: (payload, context, surroundings) =>
      handler(payload as Payload<D>, context as JobContext<Payload<D>>, surroundings),
    tables,
    messages: payloads.map(
      (payload, i): Outgoing => ({ id: idOf(i), payload: JSON.parse(toJson(`payloads.${i}`, payload)) }),
    ),
    events: [],
    crashes: Math.max(0, Math.min(crashes, definition.retry.maxAttempts - 2)),
    check: (world) => checkByCaller(world, check),
  };
}

const idOf = (index: number) => `job-${index + 1}`;

function endOf({ subject, item, dynamoDb }: World): SimulationEnd {
  return {
    jobs: subject.messages.map((_, i) => item(idOf(i))),
    items: (table) =>
      dynamoDb
        .table(table)
        .items()
        .map((raw) => unmarshall(raw)),
  };
}

/** An assertion that fails is a broken promise like any other: its schedule is cut down and replayed. */
function checkByCaller(world: World, check: SimulateOptions<JobDefinition>['check']): void {
  try {
    check?.(endOf(world));
  } catch (error) {
    world.observer.violate(error instanceof Error ? error.message : String(error));
  }
}
