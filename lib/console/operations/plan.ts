import type { OperationKind, RefusedEntry } from '../api.ts';

/** What an operation reports while it runs. */
export interface Reporter {
  /** Aborted when it is to stop. */
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
  readonly refuse: (entry: RefusedEntry) => void;
}

/** How it ended. */
export interface Outcome {
  readonly done: number;
  /** Did not change: they had ended, begun or been changed meanwhile. */
  readonly unchanged: number;
  readonly refused: number;
  /** What happened, in a sentence. */
  readonly said: string;
  readonly tone: 'good' | 'warning' | 'bad';
  /** What was saved before it was deleted or corrected. */
  readonly file?: string;
  /** It ended before all was looked at. */
  readonly isPartial?: boolean;
  /** What ended it. What was done before stands. */
  readonly failure?: unknown;
}

/** What was chosen, frozen: what arrives or changes later is not in it. */
export interface Plan {
  readonly kind: OperationKind;
  /** Undefined: of several types. */
  readonly type: string | undefined;
  /** The filter or selection in words. */
  readonly asked: string;
  readonly count: number;
  /** The first three, as `<type> <key>`. */
  readonly examples: readonly string[];
  /** What will happen, in a sentence. */
  readonly will: string;
  readonly ratePerSecond?: number;
  readonly typeToConfirm?: string | undefined;
  readonly notes: readonly string[];
  /** The types whose dead-letter queue it works through. Two at a time would hide messages from each other. */
  readonly deadLettersOf: readonly string[];
  /** Continues it, or does the same. */
  readonly cliLine: string;
  readonly run: (reporter: Reporter) => Promise<Outcome>;
}

/** `1 job`, `2 jobs`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** More jobs than this have their type's name typed first. */
const MANY = 100;

/** What must be typed before so many jobs are changed. */
export const typedOver = (count: number, name: string): string | undefined => (count > MANY ? name : undefined);
