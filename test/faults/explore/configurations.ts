import * as z from 'zod';
import { defineJob, type JobDefinition } from '../../../lib/contract/definition/job-definition.ts';

/** How a handler ends. */
export type Ending = 'returns' | 'throws' | 'permanent' | 'snoozes';

/** A message that a producer sends, once and at any time. */
export interface Sent {
  readonly id: string;
  readonly key: string;
  readonly payload: { readonly work: string };
  /** A field that no envelope has: the body is refused. */
  readonly typo?: true;
  /** Its first attempt starts so long after the beginning, seconds. */
  readonly afterSeconds?: number;
}

/** What is explored: to closure, every order of these in every way. */
export interface Configuration {
  readonly definition: JobDefinition;
  readonly consumers: 1 | 2;
  readonly sends: readonly Sent[];
  readonly endings: readonly Ending[];
  /** Faults: a lost reply, a late request, a throttle, a call given up, a freeze, a crash. */
  readonly faults: number;
  readonly cancels: number;
  readonly retriesNow: number;
  readonly redrives: number;
  /** Leaps to the end of an item's retention. */
  readonly expiries: number;
  readonly snoozes: number;
}

const payload = z.object({ work: z.string() });
const DELAYS_SECONDS = [1, 30];

const define = (options: Partial<Pick<JobDefinition, 'begin' | 'retry'>> = {}) =>
  defineJob({
    type: 'explored',
    payload,
    retry: { maxAttempts: 2, backoff: { kind: 'list', delaysSeconds: DELAYS_SECONDS, jitter: 0 } },
    timeoutSeconds: 10,
    retention: 2,
    queueRetention: 1,
    ...options,
  });

const PARKING = { maxAttempts: 2, backoff: { kind: 'list', delaysSeconds: [120], jitter: 0 } } as const;
const LASTING = { maxAttempts: 3, backoff: { kind: 'list', delaysSeconds: DELAYS_SECONDS, jitter: 0 } } as const;

const a: Sent = { id: 'a', key: 'k', payload: { work: 'a' } };
const b: Sent = { id: 'b', key: 'k', payload: { work: 'b' } };
const typo: Sent = { ...a, typo: true };

const base: Configuration = {
  ...{ definition: define(), consumers: 2, sends: [a, a], endings: ['returns', 'permanent'], faults: 0 },
  ...{ cancels: 0, retriesNow: 0, redrives: 0, expiries: 0, snoozes: 0 },
};
const lasting = define({ retry: LASTING });
const parking = define({ retry: PARKING });
const optimistic = define({ begin: 'optimistic' });

const LATER = { ...base, sends: [{ ...a, afterSeconds: 100 }, a], endings: ['returns'], cancels: 1 } as const;

/** Each is closed within seconds to a minute of one core: together `small`. */
const SMALL: Readonly<Record<string, Configuration>> = {
  alone: { ...base, consumers: 1, sends: [a], endings: ['returns', 'throws', 'permanent'], faults: 1 },
  hasty: { ...base, consumers: 1, definition: lasting, sends: [a], endings: ['returns', 'throws'], faults: 1 },
  snoozed: { ...base, sends: [a], endings: ['returns', 'throws', 'snoozes'], snoozes: 1 },
  parked: { ...base, consumers: 1, definition: parking, endings: ['returns', 'throws'], cancels: 1, retriesNow: 1 },
  redriven: { ...base, consumers: 1, endings: ['returns', 'permanent'], redrives: 1, expiries: 1 },
  shared: { ...base, sends: [a, b], endings: ['returns', 'permanent'], cancels: 1 },
  refused: { ...base, sends: [a, typo], endings: ['returns'], redrives: 1 },
  later: LATER,
  optimistic: { ...base, definition: optimistic },
};

/** What a mutant may need beside: closed in minutes. */
const MEDIUM: Readonly<Record<string, Configuration>> = {
  lost: {
    ...base,
    consumers: 1,
    definition: parking,
    sends: [a],
    endings: ['returns', 'throws', 'permanent'],
    faults: 2,
  },
  copies: { ...base, endings: ['returns', 'throws', 'permanent'], faults: 1 },
  cancelled: { ...base, sends: [a], endings: ['returns', 'throws'], faults: 1, cancels: 1, retriesNow: 1 },
  returned: { ...base, endings: ['returns', 'permanent'], faults: 1, redrives: 1 },
  kept: { ...base, sends: [a, b], endings: ['returns', 'permanent'], faults: 1, cancels: 1, expiries: 1 },
  postponed: { ...LATER, faults: 1 },
  unclaimed: { ...base, definition: optimistic, faults: 1 },
};

/** Three faults at once, and all that operators do: nobody has seen its end yet. */
const EVERYTHING: Configuration = {
  ...{ ...base, definition: lasting, sends: [a, a, b], faults: 3 },
  ...{ endings: ['returns', 'throws', 'permanent', 'snoozes'], snoozes: 1 },
  ...{ cancels: 1, retriesNow: 1, redrives: 1, expiries: 1 },
};

/** By name: one, or the sets `small`, `medium` and `full`. */
export function configurationsOf(name: string): readonly (readonly [string, Configuration])[] {
  const sets = { small: SMALL, medium: MEDIUM, full: { everything: EVERYTHING } };
  if (Object.hasOwn(sets, name)) return Object.entries(sets[name as keyof typeof sets]);
  const all = Object.assign({}, ...Object.values(sets)) as Readonly<Record<string, Configuration>>;
  const one = all[name];
  if (one === undefined)
    throw new RangeError(
      `no configuration "${name}"; there are: ${[...Object.keys(sets), ...Object.keys(all)].join(', ')}`,
    );
  return [[name, one]];
}
