/** What changes something, as JSON between server and page; the rest is in `api.ts`. */

import type { JobRun } from '../operator/index.ts';

/**
 * What narrows a list of dead jobs. All that is given must match. `GET /api/dead?type=&reason=&error=&sinceMs=&key=`: NDJSON, a
 * {@link DeadPage} a line, the newest first, until all were read or the caller goes away. A last line may be an {@link ErrorAnswer}.
 */
export interface DeadQuery {
  readonly type?: string;
  readonly reason?: string;
  /** Part of the error's name or message, in any case. */
  readonly error?: string;
  readonly sinceMs?: number;
  readonly key?: string;
}

export type OperationKind =
  | 'redrive'
  | 'correct'
  | 'purge'
  | 'retry'
  | 'cancel'
  | 'cancel-flow'
  | 'fire-flow'
  | 'pause'
  | 'resume'
  | 'drain'
  | 'send';

/** What to change: a filter, jobs one by one, or a type as a whole. */
export type ChoiceRequest =
  | { readonly kind: 'redrive' | 'purge'; readonly type: string; readonly filter: Omit<DeadQuery, 'type'> }
  | { readonly kind: 'redrive' | 'purge' | 'retry' | 'cancel'; readonly jobs: readonly JobRun[] }
  /** All parked jobs of a type, or of all. */
  | { readonly kind: 'retry' | 'cancel'; readonly type?: string; readonly waiting: true }
  /** One dead job, with another body: the old one is saved to a file first. */
  | { readonly kind: 'correct'; readonly job: JobRun; readonly body: string }
  | { readonly kind: 'cancel-flow' | 'fire-flow'; readonly type: string; readonly flow: string }
  | { readonly kind: 'pause' | 'resume' | 'drain'; readonly type: string }
  /** One payload, or lines of payloads or envelopes. */
  | {
      readonly kind: 'send';
      readonly type: string;
      readonly text: string;
      readonly lines: boolean;
      readonly envelopes: boolean;
    };

/** `POST /api/choices`: freezes what will be changed, and changes nothing. It is kept for 15 minutes. */
export interface Choice {
  readonly id: string;
  readonly kind: OperationKind;
  readonly type: string | undefined;
  readonly count: number;
  /** The filter or selection in words: `dead jobs of send-email whose error has "404"`. */
  readonly asked: string;
  /** The first three, as `<type> <key>`. */
  readonly examples: readonly string[];
  /** What will happen, in a sentence. */
  readonly will: string;
  /** A second; undefined: as it comes. */
  readonly ratePerSecond?: number;
  /** What must be typed first: the job type's name (over 100 jobs, a purge), the stage's (a purge of a stage that keeps data). */
  readonly typeToConfirm?: string;
  /** What should be known before: not all were counted, say. */
  readonly notes: readonly string[];
}

/** `POST /api/operations`. One at a time for a type's dead-letter queue: another one is refused (409) and says which runs. */
export interface OperationRequest {
  readonly choice: string;
  readonly typed?: string;
}

/** `GET /api/operations`: the newest first. `POST /api/operations/stop` takes `{ id }`. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly type: string | undefined;
  readonly asked: string;
  readonly chosen: number;
  readonly done: number;
  /** Did not change: they had ended, begun or been changed meanwhile. */
  readonly unchanged: number;
  readonly refused: number;
  readonly left: number;
  readonly ratePerSecond?: number;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly state: 'running' | 'stopping' | 'stopped' | 'done' | 'failed';
  /** What happened, in a sentence: `0 changed: all had ended meanwhile`. */
  readonly said?: string;
  /** `warning`: nothing, or not all, was changed. */
  readonly tone?: 'good' | 'warning' | 'bad';
  /** Continues it, or does the same. */
  readonly cliLine: string;
  /** A file on the operator's machine: what was saved before it was deleted or corrected. */
  readonly file?: string;
}

/** `GET /api/operations/refused?id=`: NDJSON, at most 1,000 lines. */
export interface RefusedEntry {
  readonly type: string;
  readonly key?: string;
  readonly jobId?: string;
  readonly line?: number;
  readonly why: string;
}
