import { type Payload, PermanentError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { sendEmail } from '../send-email/definition.ts';
import type { mailReport } from './definition.ts';
import { summaryOf } from './summary.ts';

/** Sends a mail with the totals of a report's months, and with how many are missing. The mail is staged: it is sent once. */
export async function perform(report: Payload<typeof mailReport>, { flow, enqueue }: JobContext) {
  if (flow === undefined)
    throw new PermanentError('it runs after the months of a report: send generate-report with mailTo');
  const { text, ...totals } = await summaryOf(report, flow.results());
  const subject = `Report of ${report.source}, ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}`;
  enqueue(sendEmail, { to: report.mailTo, subject, text });
  return { ...totals, firedBy: flow.firedBy };
}
