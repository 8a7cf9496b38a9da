import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { JobEvent } from '../../lib/contract/job-event.ts';
import { envelope, eventually, newId, reaches, send, sqs } from './support/world.ts';

/** An event as a rule hands it over. */
interface Handed {
  readonly source: string;
  readonly 'detail-type': JobEvent['detailType'];
  readonly detail: JobEvent['detail'];
}

const NAME = newId('events');
let queueUrl: string;

/** Another team's side: a rule on the default bus, with a queue behind it. */
beforeAll(async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: NAME }));
  queueUrl = QueueUrl;
  const AttributeNames = ['QueueArn' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const events = new EventBridgeClient(inject('clientConfig'));
  const pattern = { source: ['sluice'], detail: { stage: ['it'], type: ['probe', 'probe-serial'] } };
  await events.send(new PutRuleCommand({ Name: NAME, EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: NAME, Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn }] }));
  events.destroy();
});

afterAll(() => sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl })));

const seen = new Map<string, Handed[]>();

function eventsOf(id: string): Promise<Handed[]> {
  return eventually(async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      const event = JSON.parse(Body) as Handed;
      seen.set(event.detail.id, [...(seen.get(event.detail.id) ?? []), event]);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
    return seen.get(id);
  }, `an event of ${id}`);
}

it('a death is published on the default bus, and a rule matches it', async () => {
  const id = newId('dies');
  await send(envelope(id, [{ do: 'permanent', message: 'never' }]), { group: 'acme' });
  expect(await eventsOf(id)).toMatchObject([
    {
      source: 'sluice',
      'detail-type': 'Job Dead-Lettered',
      detail: {
        ...{ id, type: 'probe', key: id, stage: 'it', queue: 'sluice-it-probe', run: 1, attempts: 1, tenant: 'acme' },
        ...{ reason: 'PermanentError', error: { name: 'PermanentError', message: 'never' } },
      },
    },
  ]);
});

it('a completion is published only if its definition asks for it', async () => {
  const [silent, published] = [newId('silent'), newId('published')];
  await send(envelope(silent, [{ do: 'complete' }]));
  await reaches(silent, ['COMPLETED']);
  await send(envelope(published, [{ do: 'complete', result: 'kept' }]), { type: 'probe-serial' });
  const [event] = await eventsOf(published);
  expect(event).toMatchObject({
    'detail-type': 'Job Completed',
    detail: { id: published, type: 'probe-serial', attempts: 1 },
  });
  expect(event?.detail).not.toHaveProperty('result');
  expect(seen.has(silent)).toBe(false);
});
