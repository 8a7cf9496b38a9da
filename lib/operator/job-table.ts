import type { ChangedTable, JobName } from '../client/change-job.ts';
import type { DynamoDb } from './aws.ts';

export { type JobName, type Operated, operate, readJob } from '../client/change-job.ts';

/** The jobs table of a stage. */
export interface JobTable extends ChangedTable {
  readonly dynamoDb: DynamoDb;
}

/** One run of a job: what a redrive begins is the next. */
export interface JobRun extends JobName {
  readonly run: number;
}
