/** What a job type's handler needs of the engine, and the retry dispatcher's handler. */
export { type Consumer, consumer } from './consumer.ts';
export { dispatcher } from './dispatcher.ts';
export type { Batch, ChildPlace, ChildResult, Flow, PreviousJob } from './flow-types.ts';
export type { JobContext, Perform, TransactWrite } from './job-context.ts';
