/** The verbs of the command `sluice` as functions, for other programs. */
export { lazyScheduler } from '../aws/scheduler.ts';
export { type MapOf, mapsIn, readableStack } from '../bundle/stack.ts';
export type { Backfilled, MissedTicks, ScheduleInfo, ScheduleSqs } from '../schedules/index.ts';
export { type AlarmView, alarmStates } from './alarms.ts';
export { type Aws, type FeedOptions, flagsOf, isEmulator, nowOf, pause, type Stage } from './aws.ts';
export { type BreakerState, type BreakerView, breaker, type SwitchedBreaker, switchBreaker } from './breaker.ts';
export { checkPayload, type PayloadFault, payloadOf } from './check-payload.ts';
export { checkCorrectedPayload } from './dead-letters/corrected-body.ts';
export type { DeadFilter, DeadGroup, DeadJob, KeyRun } from './dead-letters/dead-jobs.ts';
export { type DeadPage, deadPages } from './dead-letters/dead-pages.ts';
export { normalisedError } from './dead-letters/error-groups.ts';
export { type Purged, type PurgeOptions, purge } from './dead-letters/purge.ts';
export type { ReceiveAllResult } from './dead-letters/receive-all.ts';
export { type RedriveOptions, type RedriveReport, redrive } from './dead-letters/redrive.ts';
export { type RedriveJobsReport, redriveJobs, type UnchangedJob } from './dead-letters/redrive-jobs.ts';
export { type DeadReport, dead } from './dead-letters/report.ts';
export { CorrectedBodyError } from './dead-letters/send-back.ts';
export {
  type DeadLetterSelection,
  type DeadLetterView,
  deadLetterOf,
  type Estimate,
  estimate,
  type LookOptions,
  show,
} from './dead-letters/show.ts';
export { type DoctorOptions, doctor, type Finding } from './doctor/index.ts';
export { EXIT, type ExitCode, explain, type Failure, type Whereabouts } from './failure.ts';
export { NoCallbackError } from './flows/callback.ts';
export { type CancelFlowOptions, type CancelledFlow, cancelFlow } from './flows/cancel-flow.ts';
export { type FlowView, flow, type Holder, type PlaceView } from './flows/flow.ts';
export { flows, type WaitingCallback, type WaitingReport } from './flows/waiting.ts';
export type { JobName, JobRun, JobTable, Operated } from './job-table.ts';
export { payloadGiven } from './job-text.ts';
export { cancel, retryNow } from './jobs/cancel-and-retry.ts';
export { type FindOptions, type FoundJob, findJob, type Looked } from './jobs/find-job.ts';
export { InsightsError, type InsightsOptions, type InsightsResult, insights } from './jobs/insights.ts';
export { type BatchView, type JobView, job, whereIs } from './jobs/job.ts';
export { type JobLogLine, jobLogs } from './jobs/job-logs.ts';
export { type ListCounts, listCounts } from './jobs/list-counts.ts';
export {
  type ScanFilter,
  type ScanOptions,
  type ScanPage,
  type ScanPrice,
  scanJobs,
  scanPrice,
  scanPriceOf,
} from './jobs/scan.ts';
export { type TimelineEntry, type TimelineItem, timeline } from './jobs/timeline.ts';
export { indented } from './json-text.ts';
export { keepsData } from './keeps-data.ts';
export { lazyS3 } from './lazy-s3.ts';
export {
  HISTORY_METRICS,
  type MetricHistory,
  type MetricHistoryOptions,
  type MetricSeries,
  metricHistory,
} from './metric-history.ts';
export {
  type CancelAllOptions,
  type ChangeAllOptions,
  type ChangedAll,
  type ChosenJobs,
  cancelAll,
  type RefusedJob,
  retryAll,
} from './parked/change-all.ts';
export { type WaitingJob, type WaitingOptions, type WaitingPage, waiting } from './parked/waiting.ts';
export { oldestAges } from './queues/ages.ts';
export { type DeadLetterCount, deadLetterCounts, type QueueCounts, queueCounts } from './queues/counts.ts';
export { type Drained, drain } from './queues/drain.ts';
export { type RunningState, runningStates, type Switched, setRunning } from './queues/event-source.ts';
export { type QueueState, type QueuesReport, queues } from './queues/queues.ts';
export { runTimeSchedules } from './schedules/run-time.ts';
export { type ScheduleView, schedules } from './schedules/schedules.ts';
export { type BulkReport, type RefusedLine, type SendDeps, send, sendLines } from './send.ts';
export { shellWord } from './shell-word.ts';
export { NoSuchTypeError, onStage, queuesOf, type TypeQueues, tableOf, typeQueues, typesOf } from './stage.ts';
