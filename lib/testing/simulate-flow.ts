import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import { toJson } from '../contract/json.ts';
import type { PlannedJob } from '../contract/planned-job.ts';
import type { JobItem } from '../contract/protocol/job-item.ts';
import type { JobContext } from '../engine/job-context.ts';
import { checkOptions, runAll, type Simulated, type SimulatedHandler, type SimulateOptions } from './simulate.ts';
import type { Outgoing, Subject, SubjectType, World } from './simulation/model.ts';

/** A job type of a flow, and its handler. */
export interface SimulatedType<D extends JobDefinition = JobDefinition> {
  readonly definition: D;
  readonly handler: SimulatedHandler<D>;
}

/** How one schedule of flows ended. */
export interface FlowSimulationEnd {
  /** The items of a type's jobs, as many as there came to be. */
  jobs(type: string): readonly JobItem[];
  /** Items of one of the `tables`, in plain values. */
  items(table: string): Record<string, unknown>[];
}

export interface SimulateFlowOptions
  extends Pick<SimulateOptions<JobDefinition>, 'tables' | 'schedules' | 'from' | 'crashes' | 'before'> {
  /** The job that a producer sends, or a chain of several. All others follow from it. */
  readonly start: PlannedJob | readonly [PlannedJob, ...PlannedJob[]];
  /** What must hold once all has ended, beside Sluice's own promises: it throws if it does not. */
  readonly check?: (end: FlowSimulationEnd) => void;
}

/** A stand-in's storm lasts longer where jobs follow one another. */
const STEPS = [15, 50] as const;

/**
 * Runs the handlers of several job types in one stage, as `simulate` runs one: chains, batches, and what jobs stage. Beside what
 * goes wrong there, one type's queue refuses, children die and are sent back, callbacks reach their deadlines.
 *
 * @throws SimulationError, RangeError as `simulate` does; RangeError too if the first job is of none of the types
 * @example await simulateFlow([{ definition: monthly, handler }, …], { start: job(monthly, { month: '2026-01' }) });
 */
export async function simulateFlow<const All extends readonly JobDefinition[]>(
  types: { readonly [K in keyof All]: SimulatedType<All[K]> },
  options: SimulateFlowOptions,
): Promise<Simulated> {
  const { schedules = 200, from = 1 } = options;
  checkOptions('simulateFlow', { schedules, from });
  const all: readonly SimulatedType[] = types as never;
  const message = outgoing(options.start);
  if (!all.some(({ definition }) => definition.type === message.type))
    throw new RangeError(`simulateFlow: the first job is of type ${message.type}, which is not among the types`);
  const make = () => subjectOf(all, message, options);
  const jobs = (world: World) => [...(world.flows?.items.values() ?? [])];
  return runAll(make, { schedules, from, name: 'simulateFlow', jobs });
}

function outgoing(start: SimulateFlowOptions['start']): Outgoing {
  const [first, ...later] = 'definition' in start ? [start] : start;
  const read = ({ definition, payload, options: { maxAttempts } = {} }: PlannedJob, name: string) => ({
    type: definition.type,
    payload: JSON.parse(toJson(name, payload)) as unknown,
    ...(maxAttempts !== undefined && { maxAttempts }),
  });
  const then = later.map((step, i) => read(step, `start.${i + 1}`));
  return { ...read(first, 'start.0'), id: 'job-1', ...(then.length > 0 && { then }) };
}

function subjectOf(types: readonly SimulatedType[], message: Outgoing, options: SimulateFlowOptions): Subject {
  options.before?.();
  const { tables = {}, crashes = 2, check } = options;
  const [own, ...others] = types.map(
    ({ definition, handler }): SubjectType => ({
      definition,
      // The payload has passed the definition's schema before the handler is called: this is where its type comes back.
      perform: (payload, context, surroundings) =>
        handler(payload as Payload<JobDefinition>, context as JobContext<Payload<JobDefinition>>, surroundings),
    }),
  );
  if (own === undefined) throw new RangeError('simulateFlow: there must be at least one type');
  const attempts = Math.min(...types.map(({ definition }) => definition.retry.maxAttempts));
  return {
    ...own,
    ...{ others, tables, messages: [message], events: [], steps: STEPS },
    crashes: Math.max(0, Math.min(crashes, attempts - 2)),
    check: (world) => checkByCaller(world, check),
  };
}

/** Once a schedule, though each type's end is checked. */
function checkByCaller(world: World, check: SimulateFlowOptions['check']): void {
  if (world !== world.types[0]) return;
  const { dynamoDb, flows } = world;
  const items = (table: string) =>
    dynamoDb
      .table(table)
      .items()
      .map((raw) => unmarshall(raw));
  const jobs = (type: string) => [...(flows?.items.values() ?? [])].filter((item) => item.type === type);
  try {
    check?.({ jobs, items });
  } catch (error) {
    world.observer.violate(error instanceof Error ? error.message : String(error));
  }
}
