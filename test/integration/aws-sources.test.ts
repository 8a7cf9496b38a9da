import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { decodeEnvelope } from '../../lib/contract/envelope.ts';
import { codeOf } from '../support/page-code.ts';
import { type Inbox, openInbox } from './support/inbox.ts';
import { inFolder, needs, run } from './support/toolchains.ts';
import { newId } from './support/world.ts';

const sample = (having: string) =>
  codeOf({ page: 'lib/producer/README.md', heading: 'SNS, EventBridge, Scheduler', language: 'bash', having });
const MAIL = { to: ['ada@example.com'] };

let inbox: Inbox;
beforeAll(async () => {
  inbox = await openInbox();
});
afterAll(() => inbox.close());

const bash = (code: string, env: Record<string, string> = {}) =>
  inFolder((cwd) => run('bash', ['-ec', code], { cwd, env: { QUEUE_ARN: inbox.arn, ...env } }));

it('SNS with raw delivery', async (context) => {
  await needs(context, 'aws', '--version');
  const sns = new SNSClient(inject('clientConfig'));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: newId('topic') }));
  await bash(sample('sns subscribe'), { TOPIC_ARN: TopicArn });
  expect(await inbox.next()).toMatchObject({ jobId: 'welcome-46', payload: { ...MAIL, text: 'Welcome' } });
});

it('an EventBridge rule with an input transformer', async (context) => {
  await needs(context, 'aws', '--version');
  await bash(sample('events put-rule'));
  const entries = [
    { Source: 'shop', DetailType: 'Order placed', Detail: JSON.stringify({ email: 'ada@example.com', items: 2 }) },
  ];
  const said = await bash(`aws events put-events --entries '${JSON.stringify(entries)}'`);
  const { Entries } = JSON.parse(said) as { Entries: { EventId: string }[] };
  const eventId = Entries[0]?.EventId ?? '';
  expect(eventId).not.toBe('');
  expect(await inbox.next()).toMatchObject({ jobId: eventId, payload: { ...MAIL, text: 'We have your order.' } });
  await bash('aws events remove-targets --rule order-placed --ids queue; aws events delete-rule --name order-placed');
});

it('EventBridge Scheduler', async (context) => {
  await needs(context, 'aws', '--version');
  if (inject('emulator') !== 'embedded') context.skip('LocalStack stores schedules and never fires them');
  const code = sample('scheduler create-schedule');
  // One that comes once, and now: nobody waits for seven in the morning.
  const soon = `at(${new Date(Date.now() + 2000).toISOString().slice(0, 19)})`;
  await bash(code.replace('cron(0 7 * * ? *)', soon).replace('Europe/Berlin', 'UTC'), {
    ROLE_ARN: 'arn:aws:iam::000000000000:role/scheduler',
  });
  const body = await inbox.nextBody();
  await bash('aws scheduler delete-schedule --name morning');
  // MiniStack fires it, and leaves the mark as it is: only AWS writes the time there.
  const mark = '<aws.scheduler.scheduled-time>';
  expect(body).toContain(mark);
  const filled = body.replace(mark, '2026-12-01T07:00:00Z');
  expect(decodeEnvelope(filled, 'send-email', Date.now())).toMatchObject({ id: 'morning:2026-12-01T07:00:00Z' });
});
