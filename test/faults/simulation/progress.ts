/** What a worker reports of its schedules. */
export type Progress = { readonly done: number } | { readonly seed: number; readonly failure: string };

/** How far a run is. */
export interface Tally {
  readonly done: number;
  readonly broken: number;
  report(progress: Progress): void;
  summary(): string;
  /** Nothing more is reported. */
  end(): void;
}

interface TallyOptions {
  readonly seeds: number;
  readonly from: number;
  /** Where progress goes. */
  readonly to: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Where failures go, a call each. */
  readonly fails: (failure: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Between two lines where none can be overwritten: a log of hours stays readable, and nobody takes it for stuck. */
const LOG_EVERY_MS = 30_000;

/** Counts schedules, and says so: on a terminal in one line that is written anew, else in a line every 30 s. */
export function makeTally({ seeds, from, to, fails, now }: TallyOptions): Tally {
  const startedMs = now();
  let saidMs = startedMs;
  const total = { done: 0, broken: 0 };
  const summary = () => {
    const seconds = (now() - startedMs) / 1000;
    return `${total.done} of ${seeds} schedules from ${from}, ${total.broken} broken, ${seconds.toFixed(1)} s`;
  };
  const say = () => {
    if (to.isTTY) to.write(`\r${summary()} `);
    else if (now() - saidMs >= LOG_EVERY_MS) {
      saidMs = now();
      to.write(`${summary()}\n`);
    }
  };
  return {
    get done() {
      return total.done;
    },
    get broken() {
      return total.broken;
    },
    report(progress) {
      if ('done' in progress) total.done += progress.done;
      else {
        total.broken += 1;
        fails(progress.failure);
      }
      say();
    },
    summary,
    end() {
      if (to.isTTY) to.write('\n');
    },
  };
}
