/**
 * What the console's server answers and takes, as JSON: the contract between server and page. Types alone, so that no server code
 * reaches the browser. Times are epoch ms where a name ends so, else ISO 8601. Every route is below `/api/`.
 */

import type {
  AlarmView,
  DeadLetterCount,
  FoundJob,
  JobRun,
  ListCounts,
  MetricHistory,
  QueueCounts,
  ScheduleView,
  TimelineEntry,
  WaitingPage,
} from '../operator/index.ts';

/** Of lib/operator's own functions. */
export type { DeadGroup, DeadJob, DeadPage, MetricSeries, WaitingJob } from '../operator/index.ts';
export type {
  AlarmView,
  DeadLetterCount,
  FoundJob,
  JobRun,
  ListCounts,
  MetricHistory,
  QueueCounts,
  ScheduleView,
  TimelineEntry,
  WaitingPage,
};

/** What stands in the way of a newer value. */
export interface Trouble {
  /** `denied`: a right is missing; `gap`: the emulator does not have it; `missing`: no such stage, type or job. */
  readonly kind: 'throttled' | 'expired' | 'denied' | 'missing' | 'unreachable' | 'gap' | 'usage' | 'failed';
  readonly message: string;
  /** What to do. */
  readonly todo?: string;
  /** The AWS action that was refused, as `sqs:ReceiveMessage`. */
  readonly action?: string;
}

/** What a feed answers: its last value, as of when, and what keeps a newer one away. Neither: nothing was read yet. */
export interface Feed<T> {
  readonly data?: T;
  readonly asOfMs?: number;
  readonly trouble?: Trouble;
}

/** The body of every answer that is an error; its status is 4xx or 5xx. */
export interface ErrorAnswer {
  readonly error: Trouble;
}

/** `POST /api/session`, the one route without a token. A code works once, within a minute; else 401. */
export interface SessionRequest {
  readonly code: string;
}
export interface SessionAnswer {
  /** To be sent as the header `x-sluice-token` with every other call. */
  readonly token: string;
}

/** `GET /api/about`: where this is, and what may be done. */
export interface About {
  readonly stage: string;
  /** What commands end with to look at the same place: ` --stage prod --region eu-west-1`. */
  readonly flags: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly isEmulator: boolean;
  /** Its stacks keep their data when they are deleted. Unknown (a right is missing) counts as true. */
  readonly keepsData: boolean;
  readonly readOnly: boolean;
  /** Whether bodies, payloads and results may be shown. */
  readonly payloads: boolean;
  /** Sentences for people: what this emulator does not show. */
  readonly gaps: readonly string[];
  /** Of the catalogue and of the stage, sorted. */
  readonly types: readonly TypeAbout[];
  /** Whether a deployed type takes part in flows. */
  readonly hasFlows: boolean;
}

export interface TypeAbout {
  readonly type: string;
  /** False: the catalogue has it, the stage does not. */
  readonly deployed: boolean;
  /** False: the stage has it, the catalogue does not: nothing can be sent or checked. */
  readonly inCatalogue: boolean;
  readonly retired: boolean;
  readonly hasSchedules: boolean;
  readonly inFlows: boolean;
}

// Overview ----------------------------------------------------------------------------------------------------------------

/**
 * `GET /api/overview?types=a,b`: the types whose rows are in view; without it all. Each part is read at its own pace (counts 5 s, their
 * DLQs 60 s, states, lists and alarms 30 s, ages 60 s) once for all tabs, and only while somebody asks.
 */
export interface Overview {
  readonly counts: Feed<readonly QueueCounts[]>;
  readonly deadLetters: Feed<readonly DeadLetterCount[]>;
  readonly states: Feed<Readonly<Record<string, string>>>;
  readonly lists: Feed<readonly ListCounts[]>;
  /** Seconds, by type; without those that have none. */
  readonly ages: Feed<Readonly<Record<string, number>>>;
  readonly alarms: Feed<readonly AlarmView[]>;
}

// Type --------------------------------------------------------------------------------------------------------------------

/** `GET /api/type?type=`. */
export interface TypePage {
  readonly type: string;
  /** Of the definition: name and value in words, as `timeout`, `30 s`. Empty if it is not in the catalogue. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** JSON Schema (draft 2020-12) of the message's `payload`; undefined if not in the catalogue. */
  readonly payloadSchema?: unknown;
  readonly schedules: Feed<readonly ScheduleView[]>;
  /** The console's own samples: every 5 s while somebody looks, at most an hour, the oldest first. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly atMs: number;
  readonly depth: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** `GET /api/metrics?type=&hours=`: hours 1, 3, 12, 24, 72 or 168. CloudWatch's, some minutes late. */
export type Metrics = Feed<MetricHistory>;

// Dead --------------------------------------------------------------------------------------------------------------------

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

// Waiting -----------------------------------------------------------------------------------------------------------------

/** `GET /api/waiting?type=&after=&limit=`: parked jobs, those due soonest first. */
export type Waiting = Feed<WaitingPage>;

// Job ---------------------------------------------------------------------------------------------------------------------

/** `GET /api/job?type=&key=` (key or id). */
export type JobPage = Feed<JobDetail>;

export interface JobDetail {
  readonly type: string;
  readonly key: string;
  readonly jobId: string;
  readonly run: number;
  readonly status: 'SCHEDULED' | 'INPROGRESS' | 'RETRYING' | 'COMPLETED' | 'DEAD' | 'CANCELLED';
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Where its message is, as a sentence. */
  readonly message: string;
  readonly reason?: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly batch?: { readonly total: number; readonly open: number; readonly dead: number };
  /** The flow that it is in: its callback. */
  readonly flow?: { readonly type: string; readonly key: string };
  readonly cancelRequested: boolean;
  readonly undelivered: boolean;
  /** What the console may offer: by status, rights and `--read-only`. */
  readonly can: readonly ('retry' | 'cancel' | 'redrive' | 'correct')[];
  /** Other attributes of the item as names and texts, without payloads. With `--no-payloads` without results, progress and checkpoints. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

/** `GET /api/timeline?type=&key=&after=`: the newest first, 200 at a time. From the item and its log lines. */
export type Timeline = Feed<TimelinePage>;

export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  readonly after?: string;
  /** Log lines could not be read: what is told is from the item alone. */
  readonly withoutLogs?: string;
}

/** `POST /api/payload`: of a parked job, or of a dead one's dead letter. Refused with `--no-payloads`, and where the right is missing. */
export interface PayloadRequest extends JobRun {}
export interface PayloadAnswer {
  /** The message's body, as it is sent. */
  readonly body: string;
  /** Where its `payload` stands alone: indented JSON of it. Undefined if the body is no envelope. */
  readonly payload?: string;
  readonly unread?: string;
}

/** `POST /api/check`: whether a payload (or an envelope with it) fits its type. */
export interface CheckRequest {
  readonly type: string;
  readonly text: string;
  /** Whether `text` is the whole message body. @default it is the payload */
  readonly envelope?: boolean;
}
export interface CheckAnswer {
  readonly faults: readonly {
    /** A JSON pointer into the text; '' is the whole. */
    readonly pointer: string;
    readonly message: string;
    /** Line and column of the text, from 1, where it is no JSON. */
    readonly line?: number;
    readonly column?: number;
  }[];
}

// Find --------------------------------------------------------------------------------------------------------------------

/** `GET /api/find?text=`: a key or an id, over all types; NDJSON, a {@link Found} a line. */
export type Found =
  | FoundJob
  /** What was looked through, or could not be. */
  | { readonly kind: 'looked'; readonly where: string; readonly trouble?: Trouble };

/** `GET /api/insights?query=&hours=&type=`: CloudWatch Logs Insights over the consumers' log groups. */
/** `GET /api/scan/price`, then `GET /api/scan?status=&type=&olderMs=&maxDollars=`: NDJSON, a {@link ScanPage} a line. */
export type { InsightsResult as Insights, ScanPage, ScanPrice as ScanPriceAnswer } from '../operator/index.ts';

// Flows -------------------------------------------------------------------------------------------------------------------

/** `GET /api/flows?type=`. */
export type Flows = Feed<{ readonly flows: readonly WaitingFlow[]; readonly truncated: boolean }>;

export interface WaitingFlow {
  readonly type: string;
  readonly flow: string;
  readonly total: number;
  readonly open: number;
  readonly dead: number;
  readonly mode: 'settled' | 'success';
  readonly state: 'waits' | 'blocked' | 'due' | 'cancelled';
  readonly deadlineAt: string;
}

/** `GET /api/flow?type=&key=`. */
export type FlowPage = Feed<FlowDetail>;

export interface FlowDetail {
  readonly type: string;
  readonly flow: string;
  readonly status: string;
  readonly cancelRequested: boolean;
  readonly mode: 'settled' | 'success';
  readonly total: number;
  readonly completed: number;
  readonly open: number;
  readonly dead: number;
  readonly deadlineAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly parent: { readonly type: string; readonly key: string } | undefined;
  /** Open and dead ones, at most 1,000. */
  readonly places: readonly FlowPlace[];
  readonly placesMore: boolean;
}

export interface FlowPlace {
  readonly place: number;
  readonly type: string;
  readonly key: string;
  readonly state: 'open' | 'dead' | 'ended';
  readonly holder?: {
    readonly type: string;
    readonly key: string;
    readonly status: string;
    readonly error?: { readonly name: string; readonly message: string };
    readonly waitsFor?: { readonly open: number; readonly total: number };
  };
}

// Operations --------------------------------------------------------------------------------------------------------------

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

// Health ------------------------------------------------------------------------------------------------------------------

/** `GET /api/health`: `doctor`, kept for a minute; `?fresh=1` looks anew. NDJSON, a {@link Finding} a line. */
export interface Finding {
  readonly level: 'ok' | 'note' | 'bad' | 'unknown';
  readonly check: string;
  readonly what: string;
  readonly todo?: string;
}
