import type { QueueCounts, Sample } from './api.ts';

/** An hour of samples, 5 s apart. */
const KEPT = 720;

/** What the console has counted itself: an emulator has no metrics, and CloudWatch's come minutes late. */
export interface Samples {
  readonly add: (counts: readonly QueueCounts[], atMs: number) => void;
  /** The oldest first. */
  readonly of: (type: string) => readonly Sample[];
}

export function makeSamples(): Samples {
  const kept = new Map<string, Sample[]>();
  return {
    add: (counts, atMs) => {
      for (const { type, depth, inFlight, delayed } of counts) {
        const samples = kept.get(type) ?? [];
        samples.push({ atMs, depth, inFlight, delayed });
        if (samples.length > KEPT) samples.shift();
        kept.set(type, samples);
      }
    },
    of: (type) => kept.get(type) ?? [],
  };
}
