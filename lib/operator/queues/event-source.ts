import { type EventSourceMappingConfiguration, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { names } from '../../contract/names.ts';
import { type FeedOptions, flagsOf, nowOf, pause, type Stage } from '../aws.ts';
import { isFixed, sourcesOf, sourcesOfStage } from '../elsewhere.ts';
import { NoSuchTypeError, onStage, queuesOf, type TypeQueues } from '../stage.ts';

/** Whether a job type's jobs are started; `missing`: its function has no event source. */
export type RunningState = 'running' | 'paused' | 'starting' | 'pausing' | 'missing' | string;

/** The state of an event source after a switch. */
export interface Switched {
  readonly type: string;
  readonly state: RunningState;
  /** False if it was in that state before. */
  readonly changed: boolean;
}

/** Lambda did not complete a switch in time. It may still do so. */
export class SwitchTimeoutError extends Error {
  override readonly name = 'SwitchTimeoutError';
}

const STATES: Readonly<Record<string, RunningState>> = {
  Enabled: 'running',
  Disabled: 'paused',
  Enabling: 'starting',
  Creating: 'starting',
  Disabling: 'pausing',
};
/** Lambda takes up to about a minute (observed); twice that is a fault. */
const LONGEST_SWITCH_MS = 120_000;
const POLL_MS = 1000;

/** Whether a type's jobs are started. */
export async function runningState(stage: Stage, type: string): Promise<RunningState> {
  const mapping = await find(stage, type).catch((error: unknown) => {
    if (error instanceof NoSuchTypeError) return undefined;
    throw error;
  });
  return stateOf(mapping);
}

/**
 * Whether jobs are started, of many types: all event sources are listed in pages, not a call a type.
 *
 * @param queues of {@link typeQueues}
 * @returns by type
 */
export async function runningStates(
  stage: Stage,
  queues: readonly TypeQueues[],
  options: FeedOptions = {},
): Promise<Record<string, RunningState>> {
  const types = queues.map(({ type }) => type);
  const sources = await sourcesOfStage(stage, types, options);
  const states = queues.map(({ type, isElsewhere }) => {
    const own = sources.get(type) ?? [];
    const fixed = own.find((source) => isFixed(stage, type, source));
    return [type, stateOf(fixed ?? (isElsewhere ? own[0] : undefined))] as const;
  });
  return Object.fromEntries(states);
}

const stateOf = (mapping: EventSourceMappingConfiguration | undefined): RunningState =>
  mapping === undefined ? 'missing' : (STATES[mapping.State ?? ''] ?? mapping.State ?? 'unknown');

/**
 * Pauses or resumes a job type by its event source. While it is paused, jobs keep arriving and wait in the queue, and jobs
 * that run go on to their end. A deploy that changes the event source, or creates the stack again, resumes it.
 *
 * @param wait whether to wait until Lambda has done it
 * @throws NoSuchTypeError, NoSuchStageError; SwitchTimeoutError after two minutes
 */
export async function setRunning(
  stage: Stage,
  type: string,
  { running, wait = true }: { running: boolean; wait?: boolean },
): Promise<Switched> {
  const mapping = await find(stage, type);
  const wanted = running ? 'running' : 'paused';
  if (stateOf(mapping) === wanted) return { type, state: wanted, changed: false };
  const command = new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: running });
  let after = stateOf(await stage.aws.lambda.send(command));
  const giveUpAtMs = nowOf(stage) + LONGEST_SWITCH_MS;
  while (wait && after !== wanted) {
    if (nowOf(stage) > giveUpAtMs) {
      const look = `npx sluice queues ${type}${flagsOf(stage)}`;
      throw new SwitchTimeoutError(`the event source of ${type} is still ${after}: look again with ${look}`);
    }
    await pause(stage, POLL_MS);
    after = await runningState(stage, type);
  }
  return { type, state: after, changed: true };
}

function find(stage: Stage, type: string): Promise<EventSourceMappingConfiguration> {
  return onStage(stage, type, async () => {
    const mappings = await sourcesOf(stage, type);
    const own = mappings.find((source) => isFixed(stage, type, source));
    // One that is not of the fixed name counts only where there is no queue with that.
    const mapping = own ?? (mappings.length > 0 && (await queuesOf(stage, type)).isElsewhere ? mappings[0] : undefined);
    if (mapping !== undefined) return mapping;
    // An answer without a mapping may also mean that the function does not exist.
    const what = `${names.consumer(stage.name, type)} has no event source`;
    throw Object.assign(new Error(what), { name: 'ResourceNotFoundException' });
  });
}
