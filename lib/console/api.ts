/**
 * What the console's server answers and takes, as JSON: the contract between server and page. Types alone, so that no server code
 * reaches the browser. Times are epoch ms where a name ends so, else ISO 8601. Every route is below `/api/`.
 */

import type {
  AlarmView,
  DeadLetterCount,
  FlowView,
  FoundJob,
  JobRun,
  ListCounts,
  MetricHistory,
  QueueCounts,
  ScheduleView,
  TimelineEntry,
  WaitingPage,
  WaitingReport,
} from '../operator/index.ts';

/** Of lib/operator's own functions. */
export type {
  DeadGroup,
  DeadJob,
  DeadPage,
  MetricSeries,
  PlaceView as FlowPlace,
  WaitingCallback as WaitingFlow,
  WaitingJob,
} from '../operator/index.ts';
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

export type { DeadQuery } from './operations-api.ts';

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
  readonly status: 'SCHEDULED' | 'INPROGRESS' | 'RETRYING' | 'COMPLETED' | 'DEAD' | 'CANCELLED' | 'EXPIRED';
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
export type Flows = Feed<WaitingReport>;

/** `GET /api/flow?type=&key=`. */
export type FlowPage = Feed<FlowDetail>;

/** Its places: open and dead ones, at most 1,000. */
export type FlowDetail = FlowView & { readonly placesMore: boolean };

// Operations --------------------------------------------------------------------------------------------------------------

export type {
  Choice,
  ChoiceRequest,
  Operation,
  OperationKind,
  OperationRequest,
  RefusedEntry,
} from './operations-api.ts';

// Health ------------------------------------------------------------------------------------------------------------------

/** `GET /api/health`: `doctor`, kept for a minute; `?fresh=1` looks anew. NDJSON, a {@link Finding} a line. */
export type { Finding } from '../operator/index.ts';
