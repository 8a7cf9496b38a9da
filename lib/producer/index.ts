/** Sends jobs, from any TypeScript service. */
import { createProducer, type Producer } from './producer.ts';

export type { ProducerDynamoDb, ProducerS3, ProducerSqs } from '../aws/producer-ports.ts';
export { InvalidMessageError, InvalidPayloadError } from '../contract/errors.ts';
export { TooManyHopsError } from '../contract/hops.ts';
export type { PayloadInput } from '../contract/payload.ts';
export { job, type PlannedJob, type PlannedOptions } from '../contract/planned-job.ts';
export { type EnqueueWrite, type JobPut, transactionOf } from './enqueue-write.ts';
export { MessageTooLargeError, ProducerConfigurationError, RetiredTypeError, SendError } from './errors.ts';
export type { ProducerPayloads } from './large-payload.ts';
export type { EarlierJob } from './look.ts';
export type { EnqueueOptions } from './options.ts';
export {
  createProducer,
  type EnqueueManyOptions,
  type LookOptions,
  type Producer,
  type ProducerOptions,
  type SendOptions,
} from './producer.ts';
export type { JobResult } from './send-many.ts';
export type { SentJob } from './send-one.ts';

const producer = createProducer();

/** Sends one job to the stage that SLUICE_STAGE names, else to `dev`; see {@link Producer.enqueue}. */
export const enqueue: Producer['enqueue'] = producer.enqueue;
/** Sends many jobs to the stage that SLUICE_STAGE names, else to `dev`; see {@link Producer.enqueueMany}. */
export const enqueueMany: Producer['enqueueMany'] = producer.enqueueMany;
/** Sends a chain of jobs to the stage that SLUICE_STAGE names, else to `dev`; see {@link Producer.chain}. */
export const chain: Producer['chain'] = producer.chain;
/** A job of the stage that SLUICE_STAGE names, else `dev`, for a transaction of your own; see {@link Producer.enqueueWrite}. */
export const enqueueWrite: Producer['enqueueWrite'] = producer.enqueueWrite;
