import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RefusedLine, send, sendLines } from '../../../lib/operator/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { SECRET } from '../../support/factories.ts';
import { makeWorld, type World } from '../../support/world.ts';
import { stageOf } from './support/stage.ts';

afterEach(() => vi.useRealTimers());
/** The producer's pauses between its tries are leapt over. */
async function leaping<Value>(act: () => Promise<Value>): Promise<Value> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }).setTimerTickMode('nextTimerAsync');
  const value = await act();
  vi.useRealTimers();
  return value;
}

const depsOf = (world: World) => ({ stage: stageOf(world), sqs: world.sqs.client });
const payload = JSON.stringify({ do: 'complete', secret: SECRET });

async function* of(lines: readonly string[]) {
  yield* lines;
}

async function bulk(
  world: World,
  lines: readonly string[],
  options: { envelopes?: boolean; signal?: AbortSignal } = {},
) {
  const refused: RefusedLine[] = [];
  const onRefused = async (line: RefusedLine) => void refused.push(line);
  const report = await sendLines(depsOf(world), world.definition, { lines: of(lines), onRefused, ...options });
  return { report, refused };
}

describe('one job', () => {
  test('is sent with its options, and runs', async () => {
    const world = makeWorld();
    const options = { id: 'a', key: 'k', maxAttempts: 2, tenant: 'acme' };
    expect(await send(depsOf(world), world.definition, { text: payload, ...options })).toMatchObject({ jobId: 'a' });
    expect(world.queue.messages()).toMatchObject([{ group: 'acme' }]);
    // Its queues are looked up once.
    expect(world.sqs.calls.filter(({ name }) => name === 'GetQueueUrl')).toHaveLength(2);
    await world.deliver();
    expect(world.job('k')).toMatchObject({ status: 'COMPLETED', jobId: 'a', maxAttempts: 2 });
  });

  test('keeps its own options before those of the command', async () => {
    const world = makeWorld();
    const text = JSON.stringify({ payload: { do: 'complete' }, id: 'own', delaySeconds: 60 });
    await send(depsOf(world), world.definition, { text, envelopes: true, delaySeconds: 5 });
    const [message] = world.queue.messages();
    expect((message?.visibleAtMs ?? 0) - world.clock.now()).toBe(60_000);
    expect(message?.body).toContain('"id":"own"');
  });

  test.each([
    ['', /it is empty/],
    ['   \n', /it is empty/],
    [`{"do":"complete","secret":"${SECRET}"`, /^it is not JSON: it ends at column 57, and more must follow$/],
    ['{"do":"sing"}', /payload\.do/],
    [
      JSON.stringify({ do: 'complete', filler: 'x'.repeat(2 * 1024 * 1024) }),
      /2,049 KB: 1,048,576 bytes fit; deploy with -c payloads=on/,
    ],
  ])('that is wrong is not sent: %#', async (text, said) => {
    const world = makeWorld();
    const sending = send(depsOf(world), world.definition, { text });
    await expect(sending).rejects.toThrow(said);
    await expect(sending).rejects.not.toThrow(SECRET);
    expect(world.queue.messages()).toEqual([]);
  });

  test.each(['[]', 'null', '3', '{"id":"a"}'])('is refused if it should be an envelope and is %s', async (text) => {
    const world = makeWorld();
    await expect(send(depsOf(world), world.definition, { text, envelopes: true })).rejects.toThrow(
      /not an object with a "payload"/,
    );
  });
});

const ACCOUNT = '3889108265204450030';

describe('the text that was given is what is sent', () => {
  const text = '{"do": "complete", "rate": 1.50, "note": "\\u00e9\u2028"}';

  test('of one job, and of an envelope', async () => {
    const world = makeWorld();
    await send(depsOf(world), world.definition, { text: `  ${text}\n`, id: 'a' });
    await send(depsOf(world), world.definition, { text: `{"id":"b","payload":${text}}`, envelopes: true });
    for (const { body } of world.queue.messages()) expect(body).toContain(`"payload":${text}}`);
  });

  test('of many, also of those that are sent again', async () => {
    const world = makeWorld();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('InvalidMessageContents', 'no') });
    const { refused } = await bulk(world, [text]);
    expect(refused).toMatchObject([{ wrong: false, again: expect.stringContaining(`,"payload":${text}}`) }]);
    await bulk(
      world,
      refused.map(({ again }) => again),
      { envelopes: true },
    );
    expect(world.queue.messages()).toMatchObject([{ body: expect.stringContaining(`"payload":${text}}`) }]);
  });

  test.each([
    [`{"do":"complete","account":${ACCOUNT}}`, false],
    [`{"payload":{"do":"complete","account":${ACCOUNT}}}`, true],
  ])(
    'but for a number that a handler would read as another, which is refused by its path',
    async (given, envelopes) => {
      const world = makeWorld();
      const sending = send(depsOf(world), world.definition, { text: given, envelopes });
      await expect(sending).rejects.toThrow('the number payload.account has more digits than JavaScript holds');
      await expect(sending).rejects.not.toThrow(ACCOUNT);
      expect((await bulk(world, [given], { envelopes })).refused).toMatchObject([
        { again: envelopes ? given : `{"payload":${given}}`, wrong: true },
      ]);
      expect(world.queue.messages()).toEqual([]);
    },
  );
});

describe('many jobs', () => {
  test('are sent; refused lines can be corrected and sent again', async () => {
    const world = makeWorld();
    const lines = [payload, '', 'no json', '{"do":"sing"}', ...Array.from({ length: 1200 }, () => payload)];
    const { report, refused } = await bulk(world, lines);
    expect(report).toMatchObject({ sent: 1201, refused: 2, unknown: 0, notTried: 0, interrupted: false });
    expect(refused.map(({ line, again }) => [line, again])).toEqual([
      [3, '{"payload":no json}'],
      [4, '{"payload":{"do":"sing"}}'],
    ]);
    const again = refused.map((one) => one.again.replace('sing', 'complete').replace('no json', '{"do":"complete"}'));
    expect((await bulk(world, again, { envelopes: true })).report).toMatchObject({ sent: 2, refused: 0 });
    expect(world.queue.messages()).toHaveLength(1203);
  });

  test('that may have been sent are reported with their ids; sent again they run once', async () => {
    const world = makeWorld();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'lostReply' }, 6);
    const { report, refused } = await leaping(() => bulk(world, [payload, payload]));
    expect(report).toMatchObject({ sent: 0, refused: 2, unknown: 2 });
    const again = refused.map((one) => one.again);
    expect((await bulk(world, again, { envelopes: true })).report).toMatchObject({ sent: 2 });
    await world.drain();
    expect(new Set(world.starts).size).toBe(2);
    expect(world.starts).toHaveLength(2);
  });

  test('are all in the report after an interruption', async () => {
    const world = makeWorld();
    const controller = new AbortController();
    const refused: RefusedLine[] = [];
    const report = await sendLines(depsOf(world), world.definition, {
      lines: of(Array.from({ length: 2100 }, () => payload)),
      signal: controller.signal,
      onProgress: (done) => done >= 1000 && controller.abort(),
      onRefused: async (line) => void refused.push(line),
    });
    expect(report).toMatchObject({ sent: 1000, notTried: 1100, interrupted: true });
    expect(refused).toHaveLength(1100);
    const rest = await bulk(
      world,
      refused.map(({ again }) => again),
      { envelopes: true },
    );
    expect(rest.report.sent).toBe(1100);
    expect(world.queue.messages()).toHaveLength(2100);
  });

  test('are all in the report if their file ends in the middle', async () => {
    const world = makeWorld();
    async function* lines() {
      yield payload;
      throw new Error('line 2 is not UTF-8');
    }
    const report = await sendLines(depsOf(world), world.definition, {
      lines: lines(),
      onRefused: async () => undefined,
    });
    expect(report).toMatchObject({ sent: 1, failure: { message: 'line 2 is not UTF-8' } });
  });

  test('are all in the report if the queue is gone', async () => {
    const world = makeWorld();
    const error = awsError('QueueDoesNotExist', 'The specified queue does not exist.');
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error }, 1000);
    const { report, refused } = await bulk(
      world,
      Array.from({ length: 700 }, () => payload),
    );
    expect(report.sent).toBe(0);
    expect(refused).toHaveLength(700);
  });

  test('are reported with the reason of each that was refused, and counted as they go', async () => {
    const world = makeWorld();
    const done: number[] = [];
    const refused: RefusedLine[] = [];
    const report = await sendLines(depsOf(world), world.definition, {
      lines: of(['   ', 'no json', payload, '{"do":"sing"}', '[]']),
      onProgress: (count) => done.push(count),
      onRefused: async (line) => void refused.push(line),
    });
    expect(report).toStrictEqual({ sent: 1, refused: 3, unknown: 0, notTried: 0, interrupted: false });
    expect(done).toEqual([4]);
    expect(refused).toEqual([
      {
        line: 2,
        jobId: undefined,
        why: 'it is not JSON: column 1',
        maybeSent: false,
        wrong: true,
        again: '{"payload":no json}',
      },
      expect.objectContaining({ line: 4, maybeSent: false, wrong: true, again: '{"payload":{"do":"sing"}}' }),
      expect.objectContaining({ line: 5, maybeSent: false, again: '{"payload":[]}' }),
    ]);
  });

  test('have the options of all, but for their own', async () => {
    const world = makeWorld();
    const lines = of([payload, payload]);
    const options = { maxAttempts: 3, delaySeconds: 7, tenant: 'acme' };
    await sendLines(depsOf(world), world.definition, { lines, ...options, onRefused: async () => undefined });
    for (const { body, group, visibleAtMs } of world.queue.messages()) {
      expect([JSON.parse(body).maxAttempts, group, visibleAtMs - world.clock.now()]).toEqual([3, 'acme', 7000]);
    }
  });

  test('whose options are wrong are all refused, also of a file that ends in the middle', async () => {
    const world = makeWorld();
    const refused: RefusedLine[] = [];
    async function* lines() {
      yield* Array.from({ length: 501 }, () => payload);
      throw new Error('the file ends');
    }
    const report = await sendLines(depsOf(world), world.definition, {
      ...{ lines: lines(), maxAttempts: 0 },
      onRefused: async (line) => void refused.push(line),
    });
    expect(report).toEqual({
      ...{ sent: 0, refused: 501, unknown: 0, notTried: 0, interrupted: false, failure: new Error('the file ends') },
    });
    expect([refused.length, refused[0]?.why]).toEqual([501, expect.stringContaining('"maxAttempts" must be')]);
    expect(world.queue.messages()).toEqual([]);
  });

  test('that were not tried say so, and are sent again as they were', async () => {
    const world = makeWorld();
    const { refused } = await bulk(world, [payload], { signal: AbortSignal.abort() });
    expect(refused).toEqual([
      { line: 1, jobId: undefined, why: 'not tried', maybeSent: false, wrong: false, again: `{"payload":${payload}}` },
    ]);
  });
});

test('a text that cannot be sent is an error of its own name', async () => {
  const world = makeWorld();
  await expect(send(depsOf(world), world.definition, { text: '' })).rejects.toMatchObject({ name: 'InvalidTextError' });
});
