import { type MakeSubject, runSchedule, type ScheduleOptions } from './schedule.ts';

/** A failing schedule without anything that it does not need to fail. */
export interface Shrunk {
  /** What still happens, in order. */
  readonly needed: readonly string[];
  /** What happened in it, to the millisecond. */
  readonly timeline: readonly string[];
  readonly violations: readonly string[];
}

const MOST_RUNS = 400;

/**
 * Leaves out of a failing schedule whatever it fails without, in halves, quarters and so on (delta debugging, Zeller and
 * Hildebrandt 2002, its complement half): every decision is drawn by its own name, so the others stay as they were.
 */
export async function shrink(
  make: MakeSubject,
  { seed, taken, ...options }: ScheduleOptions & { readonly seed: number; readonly taken: readonly string[] },
): Promise<Shrunk> {
  let needed = [...new Set(taken)];
  let without = new Set<string>();
  let runs = 0;
  for (
    let size = Math.ceil(needed.length / 2);
    size >= 1 && runs < MOST_RUNS;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < needed.length && runs < MOST_RUNS; ) {
      const fewer = new Set([...without, ...needed.slice(from, from + size)]);
      runs += 1;
      const ran = await runSchedule(make, seed, { ...options, without: fewer });
      if (ran.violations.length === 0) from += size;
      else {
        without = fewer;
        // Leaving something out may bring something else about, which can be left out in its turn.
        needed = [...new Set(ran.taken)];
      }
    }
  }
  return replay(make, seed, { ...options, without });
}

async function replay(make: MakeSubject, seed: number, options: ScheduleOptions): Promise<Shrunk> {
  const timeline: string[] = [];
  let startMs: number | undefined;
  const trace = (atMs: number, who: string, what: string) => {
    startMs ??= atMs;
    timeline.push(`${elapsed(atMs - startMs)}  ${who.padEnd(24)}  ${what}`);
  };
  const { violations, taken } = await runSchedule(make, seed, { ...options, trace });
  return { needed: taken, timeline, violations };
}

/** `+1d 02:03:04.567` */
function elapsed(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return `+${days > 0 ? `${days}d ` : ''}${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`;
}

/** A failure as people read it. @param command replays it */
export function describeFailure(seed: number, { needed, timeline, violations }: Shrunk, command: string): string {
  return [
    `seed ${seed}: ${violations.join('; ')}`,
    '',
    `What it takes (the rest of the schedule was left out, ${needed.length} things remain):`,
    ...needed.map((name) => `  ${name}`),
    '',
    'What happened:',
    ...timeline.map((line) => `  ${line}`),
    '',
    `Replay: ${command}`,
  ].join('\n');
}
