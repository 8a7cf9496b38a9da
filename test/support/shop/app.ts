import { fileURLToPath } from 'node:url';
import type { AppSource } from '../../../lib/infra/app.ts';
import { generateReport } from './generate-report/definition.ts';
import { resources as ofReports } from './generate-report/resources.ts';
import { processPayment } from './process-payment/definition.ts';
import { resources as ofPayments } from './process-payment/resources.ts';
import { sendEmail } from './send-email/definition.ts';
import { resources as ofEmails } from './send-email/resources.ts';
import { syncData } from './sync-data/definition.ts';
import { resources as ofSyncs } from './sync-data/resources.ts';

/** One handler for all: what is deployed follows from definitions and resources. */
const entry = fileURLToPath(new URL('send-email/handler.ts', import.meta.url));

/** The tests' own job types as an app: a bucket, a secret, a table and a mail identity beside what every type has. */
export const shop: AppSource = {
  jobs: [
    { definition: sendEmail, entry, resources: ofEmails },
    { definition: processPayment, entry, resources: ofPayments },
    { definition: syncData, entry, resources: ofSyncs },
    { definition: generateReport, entry, resources: ofReports },
  ],
};
