import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PermanentError } from '#sluice/contract';
import { crashes, testJob } from '#sluice/testing';
import { sendEmail } from '../../../../functions/send-email/definition.ts';
import { stubAws } from '../support/aws-env.ts';
import { fakeContext, rejection } from '../support/context.ts';
import { startSes } from './ses.ts';

const ses = await startSes();
stubAws({ SES: ses.url });
const { perform } = await import('../../../../functions/send-email/perform.ts');

const SENDER = 'Shop <shop@example.com>';
beforeEach(() => {
  ses.requests.length = 0;
  vi.stubEnv('EMAIL_SENDER', SENDER);
});
afterAll(() => ses.stop());

const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hi.' };
const many = (count: number) => Array.from({ length: count }, (_, i) => `reader-${i}@example.com`);
const send = (payload: unknown, context = fakeContext()) => perform(sendEmail.payload.parse(payload), context);

describe('payloads that are accepted', () => {
  it.each([
    ['one address', { ...mail }, ['ada@example.com']],
    ['a list', { ...mail, to: ['ada@example.com', 'bob@example.com'] }, ['ada@example.com', 'bob@example.com']],
  ])('%s becomes a list', (_, payload, to) => {
    expect(sendEmail.payload.parse(payload)).toEqual({ ...mail, to });
  });

  it('include a template without data', () => {
    const payload = { to: 'ada@example.com', template: 'welcome' };
    expect(sendEmail.payload.parse(payload)).toEqual({ to: ['ada@example.com'], template: 'welcome', data: {} });
  });

  it('include 50 recipients over to, cc and bcc', () => {
    const payload = { ...mail, to: many(20), cc: many(20), bcc: many(10) };
    expect(sendEmail.payload.safeParse(payload).success).toBe(true);
  });
});

describe('payloads that are refused', () => {
  it.each<[string, object]>([
    ['51 recipients', { ...mail, to: many(51) }],
    ['51 recipients over to, cc and bcc', { ...mail, to: many(20), cc: many(20), bcc: many(11) }],
    ['no recipient', { ...mail, to: [] }],
    ['copies without a recipient', { ...mail, to: [], cc: 'bob@example.com' }],
    ['no body', { to: mail.to, subject: 'Hello' }],
    ['an empty body', { ...mail, text: '' }],
    ['no subject', { to: mail.to, text: 'Hi.' }],
    ['a malformed address', { ...mail, to: 'ada@' }],
    ['a malformed address in a list', { ...mail, cc: ['bob@example.com', 'ada example.com'] }],
    ['two addresses in one text', { ...mail, to: 'ada@example.com, bob@example.com' }],
    ['an address that ends in a header', { ...mail, to: 'ada@example.com\r\nBcc: eve@example.com' }],
    ['text and a template', { ...mail, template: 'welcome', data: {} }],
    ['a field that is unknown', { ...mail, replyTo: 'bob@example.com' }],
    ['data without a template', { ...mail, data: {} }],
  ])('%s', (_, payload) => {
    expect(sendEmail.payload.safeParse(payload).success).toBe(false);
  });
});

describe('the handler', () => {
  it('sends text and HTML to all recipients', async () => {
    const payload = { ...mail, to: many(2), cc: 'carl@example.com', bcc: ['dora@example.com'], html: '<p>Hi.</p>' };
    expect(await send(payload)).toEqual({ messageId: 'message-1' });
    expect(ses.requests).toEqual([
      {
        Action: 'SendEmail',
        Version: '2010-12-01',
        Source: SENDER,
        'Destination.ToAddresses.member.1': 'reader-0@example.com',
        'Destination.ToAddresses.member.2': 'reader-1@example.com',
        'Destination.CcAddresses.member.1': 'carl@example.com',
        'Destination.BccAddresses.member.1': 'dora@example.com',
        'Message.Subject.Data': 'Hello',
        'Message.Subject.Charset': 'UTF-8',
        'Message.Body.Text.Data': 'Hi.',
        'Message.Body.Text.Charset': 'UTF-8',
        'Message.Body.Html.Data': '<p>Hi.</p>',
        'Message.Body.Html.Charset': 'UTF-8',
      },
    ]);
  });

  it('sends no part that is not given', async () => {
    await send({ to: mail.to, subject: 'Grüße', html: '<b>ü</b>' });
    const [request = {}] = ses.requests;
    expect(request).toMatchObject({ 'Message.Subject.Data': 'Grüße', 'Message.Body.Html.Data': '<b>ü</b>' });
    expect(Object.keys(request).filter((name) => /Text|Cc|Bcc/.test(name))).toEqual([]);
  });

  it('sends a template with its data', async () => {
    await send({ to: mail.to, template: 'welcome', data: { name: 'Ada', items: [1, 2] } });
    expect(ses.requests).toMatchObject([
      {
        Action: 'SendTemplatedEmail',
        Source: SENDER,
        Template: 'welcome',
        TemplateData: '{"name":"Ada","items":[1,2]}',
      },
    ]);
  });

  it('sends nothing once the attempt is aborted', async () => {
    const error = await rejection(send(mail, fakeContext({ signal: AbortSignal.abort() })));
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error.name).toBe('AbortError');
    expect(ses.requests).toEqual([]);
  });
});

describe('an error of SES', () => {
  const run = (maxAttempts = 5) => testJob(sendEmail, perform, { payload: mail, maxAttempts });

  it.each([
    ['MessageRejected', 'MessageRejected'],
    ['InvalidParameterValue', 'InvalidParameterValue'],
    ['TemplateDoesNotExist', 'TemplateDoesNotExistException'],
  ])('%s ends the job, under the name %s', async (code, name) => {
    ses.refuseNext({ status: 400, code, message: 'Email address is not verified.' });
    const error = { name, message: 'Email address is not verified.' };
    expect(await run()).toMatchObject({ status: 'DEAD', reason: 'PermanentError', attempts: 1, error });
    expect(ses.requests).toHaveLength(1);
  });

  it('is kept as the cause', async () => {
    ses.refuseNext({ status: 400, code: 'MessageRejected', message: 'Email address is not verified.' });
    expect(await rejection(send(mail))).toMatchObject({ cause: { name: 'MessageRejected' } });
  });

  it.each([
    [400, 'Throttling', 'Maximum sending rate exceeded.'],
    [400, 'ThrottlingException', 'Rate exceeded'],
    [400, 'AccountSendingPausedException', 'Sending is paused.'],
    [403, 'SignatureDoesNotMatch', 'Signature expired.'],
    [503, 'ServiceUnavailable', 'Try again.'],
    [500, 'InternalFailure', 'Try again.'],
  ])('%i %s is tried again, and the mail sent then', async (status, code, message) => {
    ses.refuseNext({ status, code, message });
    const done = await run();
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 2, delaysMs: [1000], error: { name: code, message } });
    expect(done.result).toEqual({ messageId: 'message-2' });
  });

  it.each([undefined, ''])('for a missing sender (%o) names the setting; nothing is sent', async (sender) => {
    vi.stubEnv('EMAIL_SENDER', sender);
    const { status, reason, error } = await run(2);
    expect({ status, reason }).toEqual({ status: 'DEAD', reason: 'AttemptsExhausted' });
    expect(error?.message).toContain('-c emailSender=');
    expect(ses.requests).toEqual([]);
  });

  it('leaves a mail sent twice if the process dies after SES’s answer', async () => {
    const done = await testJob(sendEmail, perform, { payload: mail, faults: [crashes('end')] });
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(ses.requests).toHaveLength(2);
  });
});
