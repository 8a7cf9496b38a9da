import { sleep } from '../../lib/engine/clock.ts';
import type { World } from './world.ts';

export interface FleetOptions {
  readonly consumers: number;
  /** How long it works, from now. */
  readonly seconds: number;
}

/** Consumers side by side, as an event source scales them, with a dispatcher's tick each minute, for a while. */
export function runFleet(world: World, { consumers, seconds }: FleetOptions): Promise<void> {
  const { clock } = world;
  const endsAtMs = clock.now() + seconds * 1000;
  const poll = async (index: number) => {
    const next = world.worker();
    await sleep(clock, index * 7);
    while (clock.now() < endsAtMs) {
      // What receiving and invoking take.
      await sleep(clock, 10);
      const { outcome } = await next();
      if (outcome === 'idle') await sleep(clock, 100);
    }
  };
  const tick = async () => {
    while (clock.now() < endsAtMs) {
      await world.dispatch();
      await sleep(clock, 60_000);
    }
  };
  return clock
    .run(Promise.all([...Array.from({ length: consumers }, (_, i) => poll(i)), tick()]))
    .then(() => undefined);
}
