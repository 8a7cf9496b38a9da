import { makeRandom, type Random, seedOf } from './random.ts';

/**
 * What a schedule consists of: everything that it lets happen, by name. Each is drawn from the seed and its own name, so
 * leaving one out leaves the others as they are: that is what makes a failing schedule small.
 */
export interface Decisions {
  readonly seed: number;
  /** A stream that only this place draws from. */
  random(place: string): Random;
  /** Whether something with this chance, in percent, happens here. */
  happens(name: string, percent: number): boolean;
  /** Something that the schedule holds at this place: false if it is left out. */
  take(name: string): boolean;
  /** What happened so far. */
  readonly taken: readonly string[];
}

/** @param without names of what is left out */
export function makeDecisions(seed: number, without: ReadonlySet<string> = new Set()): Decisions {
  const taken: string[] = [];
  const take = (name: string) => {
    if (without.has(name)) return false;
    taken.push(name);
    return true;
  };
  return {
    seed,
    random: (place) => makeRandom(seedOf(seed, place)),
    happens: (name, percent) => makeRandom(seedOf(seed, name)).percent(percent) && take(name),
    take,
    taken,
  };
}
