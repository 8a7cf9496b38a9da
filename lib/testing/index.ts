/** An in-memory AWS with a virtual clock. */
export { type BatchConsumer, type Delivery, deliver, type EventSourceOptions } from './event-source.ts';
export {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  type ExecutionEnvironment,
  startEventSourceMapping,
} from './event-source-mapping.ts';
export { awsError, type Call, type Fault, type Faults, throttled, timeout } from './faults.ts';
export { type MemoryDynamoDb, makeMemoryDynamoDb } from './memory-dynamodb.ts';
export { type MemoryProcess, makeProcess } from './memory-process.ts';
export { type MemorySqs, makeMemorySqs } from './memory-sqs.ts';
export type { Disorder, MemoryQueue, QueueCounts, StoredMessage } from './queue-model.ts';
export { makeVirtualClock, skewed, type VirtualClock } from './virtual-clock.ts';
