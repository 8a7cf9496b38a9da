import { describe, expect, test } from 'vitest';
import { estimate, redrive } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { envelope } from '../../../support/factories.ts';
import { makeWorld, type World, type WorldOptions } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

/** Jobs that died of two different things. */
async function graveyard(count: number, options: WorldOptions = {}): Promise<World> {
  const world = makeWorld(options);
  for (let i = 0; i < count; i++) {
    const refused = i % 4 === 3;
    world.send(refused ? { id: `a${i}`, payload: { do: 'nothing' } } : { id: `a${i}`, payload: { do: 'permanent' } });
  }
  await world.drain();
  expect(world.deadLetters.messages()).toHaveLength(count);
  await world.clock.advance(1000);
  return world;
}

const FAST = { perSecond: 100_000 };
const visible = ({ deadLetters }: World) => deadLetters.counts().visible;

describe('a redrive of all dead letters', () => {
  test('sends each back once and leaves the dead-letter queue empty', async () => {
    const world = await graveyard(97);
    const report = await redrive(stageOf(world), 'probe', FAST);
    expect(report).toMatchObject({ sent: 97, refused: [], left: [], received: { passedOver: 0, interrupted: false } });
    expect(world.deadLetters.messages()).toEqual([]);
    expect(world.queue.messages()).toHaveLength(97);
    await world.drain();
    expect(world.job('a0')).toMatchObject({ status: 'DEAD', runNo: 2 });
  });

  test('leaves jobs that die again meanwhile, and ends', async () => {
    const world = await graveyard(20);
    const sends = ({ name }: { name: string }) => name === 'DeleteMessageBatch';
    // Each job dies again before its dead letter is deleted; the clock of SQS is a little ahead of ours.
    const happens = () => {
      for (const { messageId, attributes } of world.queue.messages()) {
        const id = attributes.jobId?.StringValue ?? '';
        const sluice = { DataType: 'String', StringValue: JSON.stringify({ id, run: 2, type: 'probe' }) };
        world.deadLetters.add(
          { MessageBody: '{"payload":1}', MessageAttributes: { ...attributes, sluice } },
          `again-${messageId}`,
        );
      }
      world.queue.purge();
    };
    world.sqs.faults.plan(sends, { kind: 'meanwhile', happens }, 2);
    const report = await redrive(stageOf(world), 'probe', FAST);
    expect(report.sent).toBe(20);
    expect(report.received.passedOver).toBe(20);
    expect(visible(world)).toBe(20);
  });

  test('runs a job once though its dead letter was sent twice', async () => {
    const world = await graveyard(10);
    const error = awsError('AccessDenied', 'no', 403);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'fails', error });
    const first = await redrive(stageOf(world), 'probe', FAST);
    expect(first).toMatchObject({ sent: 0 });
    expect(first.left).toHaveLength(10);
    expect(visible(world)).toBe(10);
    await world.drain();
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ left: [] });
    await world.drain();
    expect(world.job('a0')?.runNo).toBeGreaterThan(1);
    const runs = new Map<string, number>();
    for (const start of world.starts) runs.set(start, (runs.get(start) ?? 0) + 1);
    expect(Math.max(...runs.values())).toBeLessThanOrEqual(world.job('a0')?.runNo ?? 0);
  });
});

describe('a redrive with a filter', () => {
  test.each([
    ['reason', { reason: 'InvalidPayload' }, 5],
    ['error', { error: 'never SUCCEED' }, 15],
    ['key', { key: 'a7' }, 1],
    ['reason and error that no job has together', { reason: 'InvalidPayload', error: 'never succeed' }, 0],
  ])('by %s sends what matches; the others are visible again', async (_, filter, sent) => {
    const world = await graveyard(20);
    expect(await estimate(stageOf(world), 'probe', filter)).toEqual({ inQueue: 20, matching: sent, filtered: true });
    const report = await redrive(stageOf(world), 'probe', { filter, ...FAST });
    expect(report).toMatchObject({ sent, received: { passedOver: 20 - sent } });
    expect(world.queue.messages()).toHaveLength(sent);
    expect(visible(world)).toBe(20 - sent);
  });

  test('by age sends back those that died since', async () => {
    const world = await graveyard(8);
    const sinceMs = world.clock.now();
    await world.clock.advance(60_000);
    world.send({ id: 'later', payload: { do: 'permanent' } });
    await world.drain();
    await world.clock.advance(1000);
    expect(await redrive(stageOf(world), 'probe', { filter: { sinceMs }, ...FAST })).toMatchObject({ sent: 1 });
    expect(visible(world)).toBe(8);
  });

  test('by a limit sends back that many', async () => {
    const world = await graveyard(30);
    expect(await redrive(stageOf(world), 'probe', { limit: 13, ...FAST })).toMatchObject({ sent: 13 });
    expect(visible(world)).toBe(17);
    expect(world.queue.messages()).toHaveLength(13);
  });

  test('by key sends back a corrected body', async () => {
    const world = await graveyard(8);
    const body = envelope({ id: 'a2', payload: { do: 'complete', result: 'corrected' } });
    expect(await redrive(stageOf(world), 'probe', { filter: { key: 'a2' }, body, ...FAST })).toMatchObject({
      sent: 1,
    });
    await world.drain();
    expect(world.job('a2')).toMatchObject({ status: 'COMPLETED', result: 'corrected', runNo: 2 });
    expect(visible(world)).toBe(7);
  });

  test('by key sends back the text that was given', async () => {
    const world = await graveyard(3);
    const body = '{"id":"a2",\n "payload": {"do":"complete", "rate":1.50}}';
    expect(await redrive(stageOf(world), 'probe', { filter: { key: 'a2' }, body, ...FAST })).toMatchObject({ sent: 1 });
    expect(world.queue.messages()).toMatchObject([{ body }]);
  });

  test('and a number that a handler would read as another sends nothing back', async () => {
    const world = await graveyard(3);
    const body = '{"id":"a2","payload":{"do":"complete","account":3889108265204450030}}';
    const { received, sent } = await redrive(stageOf(world), 'probe', { filter: { key: 'a2' }, body, ...FAST });
    expect(sent).toBe(0);
    expect(String(received.failure)).toMatch(/refused: the number payload\.account has more digits/);
    expect(world.queue.messages()).toEqual([]);
  });

  test.each([
    ['another id', { id: 'other', payload: { do: 'complete' } }, /"id" must be "a2".*got "other"/],
    ['another key', { id: 'a2', key: 'k', payload: { do: 'complete' } }, /"key" must be "a2".*got "k"/],
    ['a typo', { id: 'a2', payload: {}, maxAtempts: 3 }, /did you mean "maxAttempts"/],
  ])('and a corrected body with %s sends nothing back', async (_, body, said) => {
    const world = await graveyard(8);
    const options = { filter: { key: 'a2' }, body: JSON.stringify(body), ...FAST };
    const { received, sent } = await redrive(stageOf(world), 'probe', options);
    expect(sent).toBe(0);
    expect(String(received.failure)).toMatch(said);
    expect(visible(world)).toBe(8);
  });
});

describe('an interrupted redrive', () => {
  test('that is run again loses none and sends none twice', async () => {
    const world = await graveyard(200);
    const controller = new AbortController();
    const onProgress = (done: number) => {
      if (done >= 60) controller.abort();
    };
    const first = await redrive(stageOf(world), 'probe', { signal: controller.signal, onProgress, ...FAST });
    expect(first.received.interrupted).toBe(true);
    expect(first.sent).toBeGreaterThanOrEqual(60);
    expect(first.sent).toBeLessThan(120);
    expect(visible(world)).toBe(200 - first.sent);
    const second = await redrive(stageOf(world), 'probe', FAST);
    expect(first.sent + second.sent).toBe(200);
    const ids = world.queue.messages().map(({ attributes }) => attributes.jobId?.StringValue);
    expect(new Set(ids).size).toBe(200);
    expect(ids).toHaveLength(200);
  });

  test('sends nothing more after the interruption', async () => {
    const world = await graveyard(40);
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort(), perSecond: 10 };
    expect(await redrive(stageOf(world), 'probe', options)).toMatchObject({ sent: 10 });
    expect(world.queue.messages()).toHaveLength(10);
    expect(visible(world)).toBe(30);
  });

  test('whose queue was deleted meanwhile reports the failure and releases the rest', async () => {
    const world = await graveyard(50);
    const error = awsError('QueueDoesNotExist', 'The specified queue does not exist.');
    world.sqs.faults.plan('SendMessageBatch', { kind: 'meanwhile', happens: () => undefined }, 2);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error }, 1000);
    const { sent, received } = await redrive(stageOf(world), 'probe', { workers: 1, ...FAST } as object);
    expect(received.failure).toBe(error);
    expect(visible(world)).toBe(50 - sent);
  });
});

describe('a dead letter whose body left no room for its run', () => {
  test('gets the run from the item', async () => {
    const world = makeWorld();
    // SQS takes the body, and beside it no attribute but jobId and jobType.
    const empty = envelope({ id: 'a', payload: { do: 'permanent', filler: '' } });
    const room = 'jobId'.length + 'a'.length + 'jobType'.length + 'probe'.length + 2 * 'String'.length + 2;
    const filler = 'x'.repeat(1_048_576 - Buffer.byteLength(empty) - room);
    world.send({ id: 'a', payload: { do: 'permanent', filler } });
    await world.drain();
    await world.clock.advance(1000);
    const [deadLetter] = world.deadLetters.messages();
    expect(Object.keys(deadLetter?.attributes ?? {})).toEqual([]);
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ sent: 1 });
    await world.drain();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2 });
  });
});

describe('an answer that leaves out a dead letter', () => {
  test.each([true, false])('when it is sent: it stays, and runs once, whether it was taken: %s', async (taken) => {
    const world = await graveyard(4);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'unanswered', indexes: [1], taken });
    const { sent, refused } = await redrive(stageOf(world), 'probe', FAST);
    expect([sent, refused.map(({ code, message }) => [code, message])]).toEqual([
      3,
      [['Unanswered', 'SQS answered fewer entries than were sent']],
    ]);
    expect(visible(world)).toBe(1);
    expect(world.queue.messages()).toHaveLength(taken ? 4 : 3);
    await world.drain();
    await redrive(stageOf(world), 'probe', { filter: { key: refused[0]?.jobId }, ...FAST });
    await world.drain();
    expect(world.starts.filter((start) => start === `${refused[0]?.jobId}/1`).length).toBeLessThanOrEqual(3);
  });

  test.each([true, false])('when it is deleted: it is reported as left, whether it was deleted: %s', async (taken) => {
    const world = await graveyard(4);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'unanswered', indexes: [0, 3], taken });
    const report = await redrive(stageOf(world), 'probe', FAST);
    expect([report.sent, report.left.map(({ code }) => code)]).toEqual([2, ['Unanswered', 'Unanswered']]);
    expect(world.queue.messages()).toHaveLength(4);
    expect(visible(world)).toBe(taken ? 0 : 2);
  });
});

describe('a dead letter that arrives during a redrive', () => {
  test('stays, and is visible again', async () => {
    const world = await graveyard(3);
    const happens = () => {
      world.clock.set(world.clock.now() + 1);
      const attributes = { jobId: 'new', jobType: 'probe', run: '1', reason: 'PermanentError' };
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      );
      world.deadLetters.add({ MessageBody: envelope({ id: 'new' }), MessageAttributes }, 'new');
    };
    world.sqs.faults.plan('SendMessageBatch', { kind: 'meanwhile', happens });
    const { sent, received } = await redrive(stageOf(world), 'probe', { workers: 1, ...FAST } as object);
    expect([sent, received.passedOver, visible(world)]).toEqual([3, 1, 1]);
    expect(world.deadLetters.messages().map(({ messageId }) => messageId)).toEqual(['new']);
  });

  test('and one that was sent at its very start is sent back', async () => {
    const world = await graveyard(1);
    world.send({ id: 'b', payload: { do: 'permanent' } });
    await world.drain();
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ sent: 2 });
  });
});

describe('a dead letter that the queue refuses', () => {
  test('is reported, stays, and blocks no other', async () => {
    const world = await graveyard(9);
    // One byte too many, once its name is beside it.
    const run = { DataType: 'String', StringValue: '1' };
    const MessageBody = 'x'.repeat(1_048_576 - 12);
    world.deadLetters.add({ MessageBody, MessageAttributes: { run } }, 'huge');
    await world.clock.advance(1000);
    const report = await redrive(stageOf(world), 'probe', FAST);
    expect(report.sent).toBe(9);
    expect(report.refused).toMatchObject([{ messageId: 'huge', code: 'BatchRequestTooLong' }]);
    expect(report.received.failure).toBeUndefined();
    expect(visible(world)).toBe(1);
  });
});

describe('a redrive is refused', () => {
  test.each([
    ['prod', 'probe', /stage "prod" is not deployed .* stages there: test/],
    ['test', 'prob', /stage "test" has no job type "prob"; did you mean "probe"/],
  ])('for stage %s, type %s', async (name, type, said) => {
    const world = makeWorld();
    await expect(redrive({ ...stageOf(world), name }, type)).rejects.toThrow(said);
  });
});
