import { SESClient, SESServiceException, type SendEmailCommand } from '@aws-sdk/client-ses';
import { expect, it, vi } from 'vitest';
import { type SimulationEnd, SimulationError, simulate } from '#sluice/testing';
import { sendEmail } from '../../../../functions/send-email/definition.ts';
import { perform } from '../../../../functions/send-email/perform.ts';
import { countAttempts, cut, ended, here, reach } from '../support/far-side.ts';

/** SES, as far as its client: subjects of the mails that it took, each as often as it did. */
const sent: string[] = [];
vi.spyOn(SESClient.prototype, 'send').mockImplementation(async (...[command, options]: unknown[]) => {
  const { abortSignal: signal } = options as { abortSignal: AbortSignal };
  return reach(() => take((command as SendEmailCommand).input), { percent: 8, error: cut, stallMs: 45_000, signal });
});
vi.stubEnv('EMAIL_SENDER', 'shop@example.com');

function take({ Destination, Message }: SendEmailCommand['input']) {
  if (here().random.percent(5)) throw refusal('Throttling');
  if (Destination?.ToAddresses?.includes('nobody@example.com')) throw refusal('MessageRejected');
  sent.push(String(Message?.Subject?.Data));
  return { MessageId: `message-${sent.length}` };
}

const refusal = (name: string) =>
  new SESServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: 400 } });

const mail = (subject: string, to = 'ada@example.com') => ({ to, subject, text: 'Hi.' });
const payloads = [mail('job-1'), mail('job-2'), mail('job-3', 'nobody@example.com')];
const attempts = countAttempts();
const before = () => {
  sent.length = 0;
  attempts.clear();
};

const times = (jobId: string) => sent.filter((subject) => subject === jobId).length;

/** SES has no idempotency key: at least one mail for each completed job, and never more than it had attempts. */
function checkMails(end: SimulationEnd): void {
  for (const { jobId } of ended(end, 'COMPLETED')) expect(times(jobId), `mails of ${jobId}`).toBeGreaterThan(0);
  for (const jobId of new Set(sent))
    expect(times(jobId), `mails of ${jobId}`).toBeLessThanOrEqual(attempts.total(jobId));
  expect(times('job-3')).toBe(0);
}
const options = { payloads, before, check: checkMails };

it('each mail is sent, and at most once an attempt', { timeout: 120_000 }, async () => {
  const simulated = await simulate(sendEmail, attempts.of(perform), { ...options, schedules: 150 });
  expect(simulated.ended.COMPLETED).toBeGreaterThan(270);
  expect(simulated.ended.DEAD).toBeGreaterThan(130);
});

it('a handler that retries by itself is reported', { timeout: 120_000 }, async () => {
  const stubborn = attempts.of<typeof sendEmail>((payload, context) =>
    Promise.resolve(perform(payload, context)).catch(() => perform(payload, context)),
  );
  const simulated = simulate(sendEmail, stubborn, { ...options, schedules: 150 });
  await expect(simulated).rejects.toThrow(SimulationError);
  await expect(simulated).rejects.toThrow(/mails of job-\d: expected 2 to be less than or equal to 1/);
});
