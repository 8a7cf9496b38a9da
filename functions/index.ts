import { generateReport } from './generate-report/definition.ts';
import { mailReport } from './mail-report/definition.ts';
import { processPayment } from './process-payment/definition.ts';
import { sendEmail } from './send-email/definition.ts';
import { syncData } from './sync-data/definition.ts';

/** The catalogue: every job type that is deployed, one line each. */
export const definitions = [sendEmail, processPayment, syncData, generateReport, mailReport] as const;

export type JobType = (typeof definitions)[number]['type'];

/** The types of all jobs: `send-email`, `process-payment`, … */
export const JOB_TYPES: readonly JobType[] = definitions.map(({ type }) => type);

export type { Job } from '../lib/contract/job.ts';
