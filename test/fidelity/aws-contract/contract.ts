import { describe, it } from 'vitest';
import type { Aws, StandIn } from './aws.ts';
import type { Behaviour } from './behaviour.ts';
import { DIFFERENCES } from './differences.ts';

/** A stand-in, and how work is run in its time. */
export interface Opened<A extends Aws> {
  readonly aws: A;
  run<T>(work: Promise<T>): Promise<T>;
}

/**
 * Makes a test of each behaviour: it must be as on AWS, or exactly as the listed difference says. A difference that
 * went away fails, too: then it leaves the list.
 *
 * @param open makes the stand-in that one behaviour sees
 */
export function contract<A extends Aws>(
  name: StandIn,
  behaviours: readonly Behaviour<A>[],
  open: () => Opened<A>,
): void {
  // Side by side where time is real; a virtual clock counts every turn of the event loop as its own.
  const group = name === 'memory' ? describe : describe.concurrent;
  group(`${name} does as AWS`, () => {
    for (const { id, what, observe, onAws } of behaviours) {
      const difference = DIFFERENCES.find(({ on, observed }) => on.includes(name) && id in observed);
      it(`${id}: ${difference === undefined ? what : `${what} (not here: ${difference.how})`}`, async ({ expect }) => {
        const { aws, run } = open();
        const observing = run(observe(aws));
        if (difference === undefined) expect(await observing).toEqual(onAws);
        else expect(await observing.catch(asThrown)).toEqual(difference.observed[id]);
      });
    }
  });
}

/** What a difference says where a call fails that AWS takes. */
const asThrown = (error: Error) => ({ throws: error.name });
