import type { JobDefinition } from '../../contract/job-definition.ts';
import type { Clock } from '../../engine/clock.ts';
import type { JobContext } from '../../engine/job-context.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What a simulated handler has beside its payload and context: the world it runs in, instead of the real one. */
export interface Surroundings {
  /** Its process's own clock: a handler that waits must wait by it. */
  readonly clock: Clock;
  /** The schedule's luck, for stand-ins of third parties that fail now and then. */
  readonly random: Random;
  /** Ends the process, as running out of memory does. */
  readonly kill: () => void;
}

/** What a producer sends. */
export interface Outgoing {
  readonly payload: unknown;
  /** @default none: the job is named by its message's id */
  readonly id?: string;
  readonly key?: string;
  /** Epoch ms. */
  readonly runAtMs?: number;
  readonly maxAttempts?: number;
}

/** Something that happens to the system from outside. */
export interface WorldEvent {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** It is time that passes: the next step comes after it. */
  readonly leaps?: true;
  /** @param name of this very step, for what it decides */
  happen(world: World, random: Random, name: string): void | Promise<void>;
}

/** What is simulated: a job type, its handler, and what is done with it. */
export interface Subject {
  readonly definition: JobDefinition;
  perform(payload: unknown, context: JobContext, surroundings: Surroundings): unknown;
  /** Tables beside the jobs table: key attributes by name. */
  readonly tables: Record<string, readonly string[]>;
  /** Messages that producers send, each a job. */
  readonly messages: readonly Outgoing[];
  /** Beside those that every simulation has. */
  readonly events: readonly WorldEvent[];
  /** Processes that may die of nothing of their own, at most. */
  readonly crashes: number;
  /** Mends a dead letter's body before its redrive. @returns undefined to leave it as it is */
  mend?(body: string, random: Random): string | undefined;
  /** What must hold beside the promises, once all has ended: says what does not by `world.witness.violate`. */
  check(world: World): void;
}
