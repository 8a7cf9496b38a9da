/** What handlers are tested with: an in-memory AWS with a virtual clock, `testJob` and `simulate`. */
export { type BatchConsumer, type Delivery, deliver, type EventSourceOptions } from './event-source.ts';
export {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  type ExecutionEnvironment,
  startEventSourceMapping,
} from './event-source-mapping.ts';
export { fairOrder } from './fair-queue.ts';
export { awsError, type Call, type Fault, type Faults, throttled, timeout } from './faults.ts';
export { type MemoryDynamoDb, makeMemoryDynamoDb } from './memory-dynamodb.ts';
export { type MemoryEvent, type MemoryEvents, makeMemoryEvents } from './memory-events.ts';
export { type MemoryProcess, makeProcess } from './memory-process.ts';
export { type MemorySqs, makeMemorySqs } from './memory-sqs.ts';
export type { Disorder, MemoryQueue, QueueCounts, StoredMessage } from './queue-model.ts';
export {
  type Simulated,
  type SimulatedHandler,
  type SimulateOptions,
  type SimulationEnd,
  SimulationError,
  simulate,
} from './simulate.ts';
export type { Surroundings } from './simulation/model.ts';
export type { Random } from './simulation/random.ts';
export { type TestRun, testJob } from './test-job.ts';
export { TestJobError } from './test-job-error.ts';
export {
  type AttemptPhase,
  type CrashPoint,
  crashes,
  dynamoDbLosesReply,
  dynamoDbThrottles,
  hangs,
  isCancelled,
  isShutDown,
  type JobFault,
  throws,
} from './test-job-faults.ts';
export type { TestJobOptions } from './test-job-options.ts';
export { makeVirtualClock, skewed, type VirtualClock } from './virtual-clock.ts';
