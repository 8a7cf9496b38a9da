/** What handlers are tested with: an in-memory AWS with a virtual clock, `testJob` and `simulate`. */

export { type MemoryDynamoDb, makeMemoryDynamoDb } from './aws/dynamodb/dynamodb.ts';
export { type MemoryEvent, type MemoryEvents, makeMemoryEvents } from './aws/eventbridge.ts';
export { awsError, type Call, type Fault, type Faults, throttled, timeout } from './aws/faults.ts';
export { type BatchConsumer, type Delivery, deliver, type EventSourceOptions } from './aws/lambda/event-source.ts';
export {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  type ExecutionEnvironment,
  startEventSourceMapping,
} from './aws/lambda/event-source-mapping.ts';
export { type MemoryProcess, makeProcess } from './aws/lambda/process.ts';
export { fairOrder } from './aws/sqs/fair-queue.ts';
export type { Disorder, MemoryQueue, QueueCounts, StoredMessage } from './aws/sqs/model.ts';
export { type MemorySqs, makeMemorySqs } from './aws/sqs/sqs.ts';
export {
  type Simulated,
  type SimulatedHandler,
  type SimulateOptions,
  type SimulationEnd,
  SimulationError,
  simulate,
} from './simulate.ts';
export {
  type FlowSimulationEnd,
  type SimulatedType,
  type SimulateFlowOptions,
  simulateFlow,
} from './simulate-flow.ts';
export type { Surroundings } from './simulation/model.ts';
export type { Random } from './simulation/random.ts';
export { type TestAccepted, type TestMessage, testAccept } from './test-job/accept.ts';
export { TestJobError } from './test-job/error.ts';
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
} from './test-job/faults.ts';
export type { TestFlow, TestPrevious } from './test-job/flow.ts';
export type { TestJobOptions } from './test-job/options.ts';
export type { StagedBatch, StagedJob } from './test-job/staged.ts';
export { type TestRun, testJob } from './test-job.ts';
export { makeVirtualClock, skewed, type VirtualClock } from './virtual-clock.ts';
