import { describe, expect, test } from 'vitest';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { type DeadLetterQueue, receiveDeadLetters } from '../../../../lib/operator/dead-letters/receive.ts';
import { sendBack } from '../../../../lib/operator/dead-letters/send-back.ts';
import { probe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { shortPolling } from '../../operator/support/stage.ts';

const SENT = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  jobId: 'import-17',
  reason: 'nightly',
};
const MESSAGE_ID = '5fea7756-0ea4-451a-a703-a558b933e274';

/** Sees what each start of a handler was given. */
function seeing() {
  const seen: Readonly<Record<string, string>>[] = [];
  const world = makeWorld({
    perform(payload, context: JobContext, clock) {
      seen.push(context.job.attributes);
      return probe(payload, context, clock);
    },
  });
  return { world, seen };
}

async function redrive(world: World) {
  const dlq: DeadLetterQueue = {
    ...{ sqs: shortPolling(world.sqs), queueUrl: world.queue.url, deadLetterQueueUrl: world.deadLetters.url },
  };
  const deadLetters = await receiveDeadLetters(dlq);
  return sendBack(
    dlq,
    deadLetters.map((deadLetter) => ({ deadLetter })),
  );
}

describe('an attribute jobId of the sender’s own', () => {
  test('names no job: three messages with the same one run three times', async () => {
    const world = makeWorld();
    const ids = [1, 2, 3].map(() => world.send({}, { attributes: { jobId: 'import-17' } }));
    await world.drain();
    expect(world.starts.sort()).toEqual(ids.map((id) => `${id}/1`));
  });

  test('that looks like a message id names no job either, if no such job has this body', async () => {
    const world = makeWorld();
    const first = world.send({ payload: { do: 'work', seconds: 1 } }, { attributes: { jobId: MESSAGE_ID } });
    const second = world.send({ payload: { do: 'complete' } }, { attributes: { jobId: MESSAGE_ID } });
    await world.drain();
    expect(world.starts.sort()).toEqual([`${first}/1`, `${second}/1`]);
    expect(world.job(MESSAGE_ID)).toBeUndefined();
  });

  test('that looks like a message id is the version before’s, if such a job has this body', async () => {
    const world = makeWorld();
    const body = '{"payload":{"do":"fail","times":1}}';
    world.queue.add({ MessageBody: body }, MESSAGE_ID);
    await world.deliver();
    world.queue.purge();
    await world.clock.advance(1000);
    world.send(body, { attributes: { jobId: MESSAGE_ID } });
    await world.drain();
    expect(world.starts).toEqual([`${MESSAGE_ID}/1`, `${MESSAGE_ID}/2`]);
  });
});

describe('a sender’s attributes', () => {
  test('reach the handler, and none is an empty object', async () => {
    const { world, seen } = seeing();
    world.send({ id: 'a' }, { attributes: SENT });
    world.send({ id: 'b' });
    await world.drain();
    expect(seen).toEqual([SENT, {}]);
  });

  test('stay with a job that is renewed, parked and released', async () => {
    const { world, seen } = seeing();
    world.send({ payload: { do: 'fail', times: 3 } }, { attributes: SENT });
    await world.drain(40);
    for (let minutes = 0; minutes < 10; minutes++) {
      await world.tick();
      await world.drain(0);
      await world.clock.advance(60_000);
    }
    expect(world.output.events()).toEqual(expect.arrayContaining(['job.renewed', 'job.parked']));
    expect(seen).toEqual([SENT, SENT, SENT, SENT]);
  });

  test('stay with a job that dies and is redriven, though SQS’s ten leave no room for them', async () => {
    const { world, seen } = seeing();
    const attributes = Object.fromEntries([...'abcdefghij'].map((name) => [name, `value of ${name}`]));
    world.send({ id: 'a', payload: { do: 'permanent' } }, { attributes });
    await world.drain();
    expect(Object.keys(world.deadLetters.messages()[0]?.attributes ?? {})).toHaveLength(10);
    expect((await redrive(world)).sent).toHaveLength(1);
    await world.drain();
    expect(seen).toEqual([attributes, attributes]);
  });

  test('stay with a message that SQS moved and an operator sends back', async () => {
    const { world, seen } = seeing();
    const messageId = world.send({}, { attributes: SENT });
    const [message] = world.queue.messages();
    if (message === undefined) throw new TypeError('no message');
    world.queue.purge();
    world.deadLetters.move({ ...message, visibleAtMs: 0 });
    await redrive(world);
    await world.drain();
    expect(world.starts).toEqual([`${messageId}/1`]);
    expect(seen).toEqual([SENT]);
  });

  test('count for what fits into an item: a job whose attributes are too big waits in its queue', async () => {
    const { world, seen } = seeing();
    const attributes = { big: 'x'.repeat(330 * 1024) };
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 120 } }, { attributes });
    await world.drain(130);
    expect(world.output.events()).not.toContain('job.parked');
    expect(seen.slice(0, 2)).toEqual([attributes, attributes]);
  });
});
