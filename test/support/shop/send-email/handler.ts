import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { consumer } from '#sluice/engine';
import { sendEmail } from './definition.ts';

const ses = new SESClient({});

/** A handler with a client of a third service: what it carries is what a consumer's bundle holds at least. */
export const handler = consumer(sendEmail, async ({ to }, { signal }) => {
  const Message = { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'Hello' } } };
  const command = new SendEmailCommand({ Source: 'shop@example.com', Destination: { ToAddresses: to }, Message });
  await ses.send(command, { abortSignal: signal });
});
