import { generateReport } from './generate-report/definition.ts';
import { processPayment } from './process-payment/definition.ts';
import { sendEmail } from './send-email/definition.ts';
import { syncData } from './sync-data/definition.ts';

/** Job types of the tests' own, in the place of the checkout's: tests of Sluice itself need none of those. */
export const definitions = [sendEmail, processPayment, syncData, generateReport] as const;
