import { describe, expect, it } from 'vitest';
import type { Accept } from '../../../../lib/contract/index.ts';
import { type Call, throttled } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { defineProbe, type ProbePayload } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

/** As many jobs as the body says, or none at all. */
const accept: Accept<ProbePayload> = ({ body }) =>
  body === 'none'
    ? 'drop'
    : Array.from({ length: Number(body) }, (_, i) => ({ id: `job-${i + 1}`, payload: { do: 'complete' } }));
const world = () => makeWorld({ definition: defineProbe({ accept }) });
describe('a foreign message of several jobs', () => {
  it('is split: each job comes under its own id, with what came with the message', async () => {
    const one = world();
    one.send('3', {
      attributes: { source: 'shop', jobId: 'theirs' },
      group: 'g',
      trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
    await one.deliver();
    const sent = one.queue.messages();
    expect(sent.map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual(['job-1', 'job-2', 'job-3']);
    for (const message of sent)
      expect(message).toMatchObject({
        group: 'g',
        trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
        attributes: { source: { StringValue: 'shop' } },
      });
    expect(one.starts).toEqual([]);
    await one.drain();
    expect(one.starts.toSorted()).toEqual(['job-1/1', 'job-2/1', 'job-3/1']);
    expect(one.output.logs().filter(({ message }) => message === 'message.split')).toMatchObject([
      { messageId: 'sent-1', jobType: 'probe', jobs: 3 },
    ]);
  });

  it('is sent ten a call', async () => {
    const one = world();
    const calls: number[] = [];
    const isSend = ({ name, input }: Call) => {
      if (name === 'SendMessageBatch') calls.push((input as { Entries: unknown[] }).Entries.length);
      return false;
    };
    one.sqs.faults.plan(isSend, { kind: 'lostReply' });
    one.send('25');
    await one.deliver();
    expect(one.queue.messages()).toHaveLength(25);
    expect(calls).toEqual([10, 10, 5]);
  });

  it('goes only when all of it is sent: a process that dies in between sends some twice, and each runs once', async () => {
    const one = world();
    one.send('25');
    await one.deliver({ crash: { call: 2, moment: 'after' } });
    expect(one.queue.messages().length).toBeGreaterThan(10);
    await one.drain(3600);
    expect(one.starts.toSorted()).toEqual(Array.from({ length: 25 }, (_, i) => `job-${i + 1}/1`).toSorted());
    expect(one.queue.messages()).toEqual([]);
  });

  it('stays if SQS refuses a part of it', async () => {
    const one = world();
    one.send('2');
    one.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [1], code: 'InvalidMessageContents' });
    await one.deliver();
    expect(one.queue.messages().map(({ body }) => body)).toEqual(['2', expect.stringContaining('"job-1"')]);
    expect(one.output.events()).toContain('message.split-failed');
    await one.drain(3600);
    expect(one.starts).toHaveLength(2);
  });

  it('stops near the function’s end, and begins again with its next receive', async () => {
    const one = world();
    let calls = 0;
    const isSlow = ({ name }: Call) => name === 'SendMessageBatch' && ++calls > 10 && calls <= 40;
    one.sqs.faults.plan(isSlow, { kind: 'fails', error: throttled() }, 30);
    one.send('1000');
    await one.deliver({ functionTimeoutSeconds: 1.02 });
    const interrupted = one.output.logs().filter(({ message }) => message === 'message.split-interrupted');
    expect(interrupted).toMatchObject([{ messageId: 'sent-1', sent: 200, jobs: 1000 }]);
    await one.drain(3600);
    expect(one.starts).toHaveLength(1000);
    expect([one.queue.messages(), one.deadLetters.messages()]).toEqual([[], []]);
  });
});

it('a message for which accept says drop goes, counted and logged', async () => {
  const one = world();
  one.send('none');
  await one.drain();
  expect([one.queue.messages(), one.deadLetters.messages(), one.starts]).toEqual([[], [], []]);
  expect(total(one.output, 'MessagesDropped')).toBe(1);
  expect(one.output.events()).toEqual(['message.dropped']);
});
