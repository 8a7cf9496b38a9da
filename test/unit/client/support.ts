import { vi } from 'vitest';
import { type ClientOptions, createClient } from '#sluice/client';
import { makeWorld, STAGE, type World, type WorldOptions } from '../../support/world.ts';

/** A job type deployed in memory, and a client that looks at its jobs; one time is all clocks', until `vi.useRealTimers()`. */
export interface Desk extends ReturnType<typeof createClient> {
  readonly world: World;
  /** Calls to DynamoDB by the client: the keys of each. */
  readonly looks: () => string[][];
  /** So much time passes. */
  pass(ms: number): Promise<void>;
}

export function makeDesk({ client, ...options }: WorldOptions & Pick<ClientOptions, 'client'> = {}): Desk {
  const world = makeWorld(options);
  vi.useFakeTimers({ now: world.clock.now(), toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  const calls = world.dynamoDb.calls;
  return {
    world,
    looks: () =>
      calls.flatMap(({ name, input }) => {
        const { RequestItems = {} } = input as { RequestItems?: Record<string, Request> };
        return Object.values(RequestItems).flatMap(({ Keys, ProjectionExpression }) =>
          name === 'BatchGetItem' && ProjectionExpression !== undefined ? [Keys.map(({ id }) => id.S)] : [],
        );
      }),
    async pass(ms) {
      await world.clock.advance(ms);
      await vi.advanceTimersByTimeAsync(ms);
    },
    ...createClient({ stage: STAGE, client: client ?? world.dynamoDb.client }),
  };
}

interface Request {
  readonly Keys: readonly { readonly id: { readonly S: string } }[];
  readonly ProjectionExpression?: string;
}

/** What a promise has come to. */
export function outcomeOf(promise: Promise<unknown>): { readonly now: () => unknown } {
  let outcome: unknown = 'pending';
  promise.then(
    (value) => {
      outcome = value;
    },
    (error: unknown) => {
      outcome = error;
    },
  );
  return { now: () => outcome };
}
