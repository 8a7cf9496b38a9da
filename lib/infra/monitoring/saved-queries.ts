import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { partsOf, prefixOf } from '../../contract/names.ts';

/** Settings of {@link SavedQueries}. */
export interface SavedQueriesProps {
  readonly stage: string;
}

/**
 * CloudWatch Logs Insights queries over the engine's log lines, by the name that they are saved under. The console asks for the
 * time range and starts with the last hour.
 */
export const QUERIES = {
  /** Replace the placeholder by the job's id. The dispatcher's lines about the job are included. */
  'life-of-a-job': [
    'fields @timestamp, message, jobType, attempt, run, durationMs, delayMs, reason, errorName, errorMessage',
    'filter jobId = "PUT-THE-JOB-ID-HERE"',
    'sort @timestamp asc',
    'limit 1000',
  ],
  'failures-by-error': [
    'filter message = "job.failed"',
    'stats count(*) as attempts, count_distinct(jobId) as jobs, latest(errorMessage) as lastMessage by jobType, errorName',
    'sort attempts desc',
    'limit 100',
  ],
  'slowest-jobs': [
    'filter message = "job.completed"',
    'fields @timestamp, jobType, jobId, attempt, durationMs',
    'sort durationMs desc',
    'limit 50',
  ],
  'what-died-and-why': [
    'filter message = "job.dead"',
    'stats count(*) as jobs, min(@timestamp) as first, max(@timestamp) as last, latest(jobId) as lastJob, latest(errorMessage) as lastMessage by jobType, reason, errorName',
    'sort jobs desc',
    'limit 100',
  ],
} as const;

export type QueryName = keyof typeof QUERIES;

/** The queries of a stage, in the folder `<app>/<stage>` of the console's saved queries. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { stage }: SavedQueriesProps) {
    super(scope, id);
    for (const [name, commands] of Object.entries(QUERIES)) {
      new CfnQueryDefinition(this, name, {
        name: savedQueryName(stage, name as QueryName),
        queryString: [sourceOf(stage), ...commands].join('\n| '),
      });
    }
  }
}

/**
 * The log groups of the stage's functions, by their prefix: a list of names would end at 50 (CloudWatch Logs quotas), and leave
 * types out.
 */
const sourceOf = (stage: string) => `SOURCE logGroups(namePrefix: ['/aws/lambda/${prefixOf(stage)}-'])`;

export function savedQueryName(stage: string, query: QueryName): string {
  const { app, stage: name } = partsOf(stage);
  return `${app}/${name}/${query}`;
}
