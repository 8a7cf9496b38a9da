/** What a job type's handler needs of the engine. */
export { type Consumer, consumer } from './consumer.ts';
export type { JobContext, Perform, TransactWrite } from './job-context.ts';
