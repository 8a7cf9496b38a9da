import { SESClient, SendEmailCommand, SendTemplatedEmailCommand } from '@aws-sdk/client-ses';
import { type Payload, PermanentError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { sendEmail } from './definition.ts';

/** SES's errors that the same message would get again (SES API reference, SendEmail and common errors). */
const PERMANENT = new Set([
  'MessageRejected',
  'InvalidParameterValue',
  'TemplateDoesNotExistException',
  'TemplateDoesNotExist',
  'MissingRenderingAttributeException',
  'InvalidRenderingParameterException',
]);

const ses = new SESClient({});

/** Sends one e-mail. SES has no idempotency key: a crash between its answer and our write sends the mail again. */
export async function perform(payload: Payload<typeof sendEmail>, { signal }: JobContext) {
  try {
    const { MessageId } = await send(payload, signal);
    return { messageId: MessageId };
  } catch (error) {
    if (error instanceof Error && PERMANENT.has(error.name)) throw named(error);
    throw error;
  }
}

/** Keeps the name of SES's error, which an operator looks for. */
function named(cause: Error): PermanentError {
  return Object.assign(new PermanentError(cause.message, { cause }), { name: cause.name });
}

function send(payload: Payload<typeof sendEmail>, abortSignal: AbortSignal) {
  const Destination = { ToAddresses: payload.to, CcAddresses: payload.cc, BccAddresses: payload.bcc };
  const envelope = { Source: sender(), Destination };
  if ('template' in payload) {
    const { template: Template, data } = payload;
    const command = new SendTemplatedEmailCommand({ ...envelope, Template, TemplateData: JSON.stringify(data) });
    return ses.send(command, { abortSignal });
  }
  const { subject, text, html } = payload;
  const content = (Data: string) => ({ Data, Charset: 'UTF-8' });
  const Body = {
    ...(text !== undefined && { Text: content(text) }),
    ...(html !== undefined && { Html: content(html) }),
  };
  const command = new SendEmailCommand({ ...envelope, Message: { Subject: content(subject), Body } });
  return ses.send(command, { abortSignal });
}

function sender(): string {
  const { EMAIL_SENDER } = process.env;
  if (!EMAIL_SENDER) throw new Error('EMAIL_SENDER is not set: deploy with -c emailSender=you@your-domain');
  return EMAIL_SENDER;
}
