/** An in-memory AWS with a virtual clock. */
export { type BatchConsumer, type Delivery, deliver, type EventSourceOptions } from './event-source.ts';
export { awsError, type Call, type Fault, type Faults, throttled, timeout } from './faults.ts';
export { type MemoryDynamoDb, makeMemoryDynamoDb } from './memory-dynamodb.ts';
export { type MemoryEvent, type MemoryEvents, makeMemoryEvents } from './memory-events.ts';
export { type MemoryProcess, makeProcess } from './memory-process.ts';
export type { Disorder, MemoryQueue, QueueCounts, StoredMessage } from './memory-queue.ts';
export { type MemorySqs, makeMemorySqs } from './memory-sqs.ts';
export { makeVirtualClock, skewed, type VirtualClock } from './virtual-clock.ts';
