import { onTestFinished } from 'vitest';
import type { ConsoleOptions } from '../../../lib/console/index.ts';
import type { Stage } from '../../../lib/operator/index.ts';
import { type ControlPlane, makeControlPlane } from '../../support/control-plane.ts';
import { makeWorld, type World } from '../../support/world.ts';
import { stageOf } from '../../unit/operator/support/stage.ts';
import { consoleOn, type TestConsole } from './console.ts';

/** A console on a stage in memory, with one job type: `probe`. */
export interface MemoryConsole extends TestConsole {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly stage: Stage;
  readonly gate: Gate;
}

/** What is sent with a probe job. */
export interface Seed {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface MemoryOptions extends Partial<Omit<ConsoleOptions, 'sqs'>> {
  /** The stage's clock stands still: what was read stays fresh. @default false */
  readonly isFrozen?: boolean;
  /** Its stacks are kept when they are deleted. @default false */
  readonly keepsData?: boolean;
  /** An operation rests at its first pause until the gate is opened. @default false: it does not pause */
  readonly isGated?: boolean;
}

/**
 * To be called within a test; it ends with it.
 *
 * @param seeds jobs that are sent, and run until nothing of them is in the queue
 */
export async function consoleInMemory(
  seeds: readonly Seed[] = [],
  { isFrozen = false, isGated = false, keepsData = false, ...options }: MemoryOptions = {},
): Promise<MemoryConsole> {
  const world = makeWorld();
  for (const seed of seeds) world.send(seed);
  await world.drain();
  const plane = makeControlPlane('probe', world.clock.now());
  if (keepsData) for (const stack of plane.stacks.keys()) plane.isProtected.add(stack);
  const startedMs = Date.now();
  // The world's clock stands still; the console's goes on from there.
  const now = () => world.clock.now() + (isFrozen ? 0 : Date.now() - startedMs);
  const gate = makeGate();
  const stage = { ...stageOf(world, plane.aws), now, ...(isGated && { sleep: gate.sleep }) };
  const running = await consoleOn({ stage, definitions: [world.definition], ...options });
  onTestFinished(() => {
    gate.open();
    void running.stop();
  });
  return { ...running, world, plane, stage, gate };
}

/** So many jobs that die of their first attempt. */
export const dying = (count: number, payload: object = {}): Seed[] =>
  Array.from({ length: count }, (_, i) => ({ id: `job-${i}`, payload: { do: 'permanent', ...payload } }));

/** Holds back whoever pauses. */
interface Gate {
  /** Somebody is held back. */
  readonly reached: Promise<void>;
  readonly open: () => void;
}

function makeGate(): Gate & { readonly sleep: NonNullable<Stage['sleep']> } {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sleep = (_: number, signal?: AbortSignal) => {
    reached.resolve();
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    return Promise.race([opened.promise, aborted]);
  };
  return { reached: reached.promise, open: opened.resolve, sleep };
}
