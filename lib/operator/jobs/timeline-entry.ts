import type { JobView } from './job.ts';

/** Something that happened to a job. */
export interface TimelineEntry {
  readonly atMs: number;
  /** `logged`: any other line, of Sluice's or of the handler's. */
  readonly kind:
    | 'created'
    | 'started'
    | 'completed'
    | 'failed'
    | 'retry-planned'
    | 'parked'
    | 'released'
    | 'renewed'
    | 'stalled'
    | 'dead'
    | 'redriven'
    | 'cancelled'
    | 'expired'
    | 'logged';
  readonly run: number;
  readonly attempt?: number;
  /** One line, without payloads. */
  readonly text: string;
  /** First line of the user's own code in the error's stack. */
  readonly place?: string;
  /** Of the attempt that ended. */
  readonly durationMs?: number;
  /** How long the job was to wait; of an attempt that started, by the entry before it. */
  readonly plannedDelayMs?: number;
  /** Of an attempt that started: how long it did wait. */
  readonly actualDelayMs?: number;
}

/** What the table says of a job: a `JobView` has it. */
export type TimelineItem = JobView['item'];
