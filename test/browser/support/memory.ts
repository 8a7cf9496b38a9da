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
}

/** What a probe job is sent with. */
export interface Seed {
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * To be called within a test; it ends with it.
 *
 * @param seeds jobs that are sent, and run until nothing of them is in the queue
 * @param options more of the console's
 */
export async function consoleInMemory(
  seeds: readonly Seed[] = [],
  options: Partial<ConsoleOptions> = {},
): Promise<MemoryConsole> {
  const world = makeWorld();
  for (const seed of seeds) world.send(seed);
  await world.drain();
  const plane = makeControlPlane('probe', world.clock.now());
  const startedMs = Date.now();
  // The world's clock stands still; the console's goes on from there.
  const now = () => world.clock.now() + Date.now() - startedMs;
  const stage = { ...stageOf(world, plane.aws), now };
  const running = await consoleOn({ stage, definitions: [world.definition], ...options });
  onTestFinished(() => void running.stop());
  return { ...running, world, plane, stage };
}

/** So many jobs that die of their first attempt. */
export const dying = (count: number, payload: object = {}): Seed[] =>
  Array.from({ length: count }, (_, i) => ({ id: `job-${i}`, payload: { do: 'permanent', ...payload } }));
