import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fromSqs } from '../../../../lib/aws/message-attributes.ts';
import { type Accept, defineJob, fromRaw } from '../../../../lib/contract/index.ts';
import { readAttributes } from '../../../../lib/contract/message-attributes.ts';
import { defineProbe, type ProbePayload } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** A body of ours: a list of orders. */
interface Order {
  readonly order: string;
  readonly key?: string;
  readonly work?: Partial<ProbePayload>;
}
const body = (...orders: readonly Order[]): string => JSON.stringify({ orders });

const accept: Accept<ProbePayload> = (message) => {
  const { orders } = JSON.parse(message.body) as { orders: Order[] };
  const jobs = orders.map(({ order, key, work }) => ({
    ...{ id: order, ...(key !== undefined && { key }), payload: { do: 'complete' as const, ...work } },
  }));
  const [first, ...others] = jobs;
  return first !== undefined && others.length === 0 ? first : jobs;
};
const world = (options: Parameters<typeof defineProbe>[0] = {}) =>
  makeWorld({ definition: defineProbe({ accept, ...options }) });

const sluiceOf = ({ attributes }: World['queue'] extends { messages(): readonly (infer M)[] } ? M : never) =>
  readAttributes(fromSqs(attributes)).own;

describe('a foreign message of one job', () => {
  it('runs under the id that accept gives it, and goes', async () => {
    const { send, drain, starts, queue, job } = world();
    send(body({ order: 'o-1', key: 'k-1' }), { attributes: { source: 'shop' } });
    await drain();
    expect([starts, queue.messages()]).toEqual([['o-1/1'], []]);
    expect(job('k-1')).toMatchObject({ status: 'COMPLETED', jobId: 'o-1' });
  });

  it('waits in its queue as its envelope, so that another accept does not rename it', async () => {
    const { send, deliver, queue } = world();
    send(body({ order: 'o-1', work: { do: 'fail', times: 1 } }), { attributes: { source: 'shop' } });
    await deliver();
    const [waiting] = queue.messages();
    expect(JSON.parse(waiting?.body ?? '')).toMatchObject({ id: 'o-1', payload: { do: 'fail', times: 1 } });
    expect(waiting && sluiceOf(waiting)).toEqual({ jobId: 'o-1', key: 'o-1' });
    expect(waiting?.attributes.source?.StringValue).toBe('shop');
  });

  it('goes on under its name after a deploy whose accept gives others', async () => {
    let prefix = 'old';
    const renaming: Accept<ProbePayload> = ({ body: text }) => ({
      id: `${prefix}-${text}`,
      payload: { do: 'fail', times: 2 },
    });
    const one = world({ accept: renaming });
    one.send('7');
    await one.deliver();
    prefix = 'new';
    await one.drain(60);
    expect(one.starts).toEqual(['old-7/1', 'old-7/2', 'old-7/3']);
    expect(one.job('new-7')).toBeUndefined();
  });

  it('is parked and dead-lettered as its envelope, with its sender’s attributes and its group', async () => {
    const one = world({ retry: { maxAttempts: 2, backoff: { kind: 'list', delaysSeconds: [600] } } });
    one.send(body({ order: 'o-1', work: { do: 'fail' } }), { attributes: { source: 'shop' }, group: 'g' });
    await one.deliver();
    expect(JSON.parse(one.job('o-1')?.envelope?.body ?? '')).toMatchObject({ id: 'o-1' });
    await one.clock.advance(600_000);
    await one.dispatch();
    await one.drain(700);
    const [deadLetter] = one.deadLetters.messages();
    expect(JSON.parse(deadLetter?.body ?? '')).toMatchObject({ id: 'o-1', payload: { do: 'fail' } });
    expect(deadLetter).toMatchObject({ group: 'g', attributes: { source: { StringValue: 'shop' } } });
    expect(deadLetter && sluiceOf(deadLetter).foreign).toBeUndefined();
  });

  it('is a duplicate when it comes twice', async () => {
    const { send, drain, starts, output } = world();
    send(body({ order: 'o-1' }));
    send(body({ order: 'o-1' }));
    await drain(60);
    expect(starts).toEqual(['o-1/1']);
    expect(output.events()).toContain('job.duplicate');
  });

  it('waits for core under its name', async () => {
    const one = makeWorld({ definition: defineProbe({ accept }), coreNeeded: 2 });
    one.send(body({ order: 'o-1' }));
    one.send(body({ order: 'a' }, { order: 'b' }));
    await one.deliver();
    const kept = one.queue.messages();
    expect(kept.map(sluiceOf)).toEqual(expect.arrayContaining([{ jobId: 'o-1', key: 'o-1' }, {}]));
    expect(one.starts).toEqual([]);
  });
});

describe('a message of our own', () => {
  it('runs as it is where its attribute says that it is an envelope', async () => {
    const { send, drain, starts } = world();
    send({ id: 'mine' }, { attributes: { sluice: '{"envelope":true}', reason: 'mine too' } });
    await drain();
    expect(starts).toEqual(['mine/1']);
  });

  it('is asked about without it, whatever it looks like', async () => {
    const { send, drain, starts, deadLetters } = world();
    send({ id: 'mine' });
    await drain();
    expect(starts).toEqual([]);
    expect(deadLetters.messages()[0]?.attributes.reason?.StringValue).toBe('NotAccepted');
  });

  it('that is no sound envelope is not asked about, also when its dead letter is sent back', async () => {
    const definition = defineJob({ type: 'probe', payload: z.unknown(), accept: fromRaw });
    const one = makeWorld({ definition, perform: () => undefined });
    one.send({ id: 'mine', maxAtempts: 3 }, { attributes: { sluice: '{"envelope":true}' } });
    await one.drain();
    const [deadLetter] = one.deadLetters.messages();
    expect(deadLetter?.attributes.reason?.StringValue).toBe('InvalidMessage');
    one.queue.add({ MessageBody: deadLetter?.body ?? '', MessageAttributes: deadLetter?.attributes ?? {} }, 'again');
    await one.drain();
    expect([one.starts, one.job('mine')?.runNo, one.job('mine')?.reason]).toEqual([[], 2, 'InvalidMessage']);
  });

  it('needs no mark where there is no accept, and does not mind one', async () => {
    const { send, drain, starts } = makeWorld();
    send({ id: 'a' });
    send({ id: 'b' }, { attributes: { sluice: '{"envelope":true}' } });
    await drain();
    expect(starts).toEqual(['a/1', 'b/1']);
  });
});

const schema = z.object({ n: z.int() });
const numbered = (made: unknown) =>
  defineJob({
    type: 'probe',
    payload: schema,
    accept: (typeof made === 'function' ? made : () => made) as unknown as Accept<{ n: number }>,
  });

describe('what accept returns wrongly', () => {
  it.each([
    ['nothing', undefined, 'accept returned undefined, not { id, payload }'],
    ['null', null, 'accept returned null, not { id, payload }'],
    ['a text', 'no', 'accept returned string, not { id, payload }'],
    ['an empty list', [], 'accept returned an empty list: return "drop" if there is no job'],
    ['a promise', async () => Promise.reject(new Error('late')), 'accept returned a promise: it must answer at once'],
    ['a job without an id', { payload: { n: 1 } }, 'accept returned the id undefined: it must be 1 to 128 of '],
    [
      'an id of the wrong form',
      { id: 'a b', payload: { n: 1 } },
      'accept returned the id "a b": it must be 1 to 128 of ',
    ],
    ['a key of the wrong form', { id: 'a', key: 'b c', payload: { n: 1 } }, '"key" must be 1 to 250 of '],
    [
      'two jobs of one id',
      [
        { id: 'a', payload: { n: 1 } },
        { id: 'b', payload: { n: 1 } },
        { id: 'a', payload: { n: 2 } },
      ],
      'accept returned two jobs of the id "a": 1 and 3',
    ],
    [
      'a field that no envelope has',
      { id: 'a', payload: { n: 1 }, keys: 'a' },
      '"keys" is not a field of the envelope; did you mean "key"?',
    ],
    [
      'a payload that the schema refuses',
      { id: 'a', payload: { n: 'secret' } },
      'payload.n: Invalid input: expected number, received string',
    ],
    [
      'a payload of one of two that the schema refuses',
      [
        { id: 'a', payload: { n: 1 } },
        { id: 'b', payload: {} },
      ],
      '(2): payload.n: ',
    ],
    ['a payload that is no JSON', { id: 'a', payload: { n: 1n } }, 'payload.n is a bigint, which JSON cannot carry'],
    ['no payload', { id: 'a' }, 'the body has no "payload"'],
    [
      'a payload of more than SQS takes',
      { id: 'a', payload: { n: 1, filler: 'x'.repeat(1_048_000) } },
      'bytes, too many for SQS',
    ],
  ])('dead-letters the message as it came: %s', async (_what, made, told) => {
    const one = makeWorld({ definition: numbered(made) });
    const id = one.send('a body');
    await one.drain();
    const [deadLetter] = one.deadLetters.messages();
    expect(deadLetter).toMatchObject({
      body: 'a body',
      attributes: { jobId: { StringValue: id }, reason: { StringValue: 'NotAccepted' } },
    });
    expect(deadLetter?.attributes.errorName?.StringValue).toBe('NotAcceptedError');
    expect(deadLetter?.attributes.errorMessage?.StringValue).toContain(told);
    expect(one.job(id)).toMatchObject({ status: 'DEAD', reason: 'NotAccepted', attempts: 0 });
    expect([one.queue.messages(), one.starts]).toEqual([[], []]);
  });

  it.each([
    ['an error', () => new RangeError('no such shop'), 'accept threw RangeError: no such shop'],
    [
      'what JSON.parse throws, which quotes the body',
      () => new SyntaxError('Unexpected token "secret"'),
      'accept threw SyntaxError',
    ],
    ['no error at all', () => 'gone', 'accept threw NonError: gone'],
  ])('dead-letters the message if it throws %s', async (_what, thrown, told) => {
    const one = world({
      accept: () => {
        throw thrown();
      },
    });
    one.send('a body');
    await one.drain();
    expect(one.deadLetters.messages()[0]?.attributes.errorMessage?.StringValue).toBe(told);
  });

  it('still drops the test message of S3, which is no job', async () => {
    const one = world();
    one.send({ Service: 'Amazon S3', Event: 's3:TestEvent', payload: undefined });
    await one.drain();
    expect([one.deadLetters.messages(), one.output.events()]).toEqual([[], ['message.probe-dropped']]);
  });

  it('is asked again when its dead letter is sent back, under the same name', async () => {
    let isFixed = false;
    const one = world({ accept: (message) => (isFixed ? accept(message) : ('nonsense' as never)) });
    const id = one.send(body({ order: 'o-1' }));
    await one.drain();
    isFixed = true;
    const [deadLetter] = one.deadLetters.messages();
    one.queue.add({ MessageBody: deadLetter?.body ?? '', MessageAttributes: deadLetter?.attributes ?? {} }, 'again');
    await one.drain();
    expect(one.starts).toEqual([`${id}/1`]);
    expect(one.job(id)).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  it('is asked for what died before the definition had one', async () => {
    const before = makeWorld();
    before.send(body({ order: 'o-1' }));
    await before.drain();
    const [deadLetter] = before.deadLetters.messages();
    const one = world();
    one.queue.add({ MessageBody: deadLetter?.body ?? '', MessageAttributes: deadLetter?.attributes ?? {} }, 'again');
    await one.drain();
    expect(one.starts).toEqual(['sent-1/1']);
  });

  it('stays dead when a copy comes after accept has changed', async () => {
    let isFixed = false;
    const one = world({ accept: (message) => (isFixed ? accept(message) : ('nonsense' as never)) });
    const id = one.send(body({ order: 'o-1' }));
    const again = { MessageBody: body({ order: 'o-1' }), MessageAttributes: {} };
    await one.drain();
    isFixed = true;
    one.queue.add(again, id);
    one.queue.receive(1);
    one.queue.changeVisibility(`${one.queue.name}/${id}/0`, 0);
    await one.drain(600);
    expect(one.starts).toEqual([]);
  });
});

describe('accept in a schema that takes time', () => {
  const later = (refuses: boolean) =>
    defineJob({
      type: 'probe',
      payload: z.object({ n: z.int() }).refine(async () => !refuses, 'not today'),
      accept: ({ body: text }) => [...text].map((id) => ({ id, payload: { n: 1 } })),
    });

  it('runs one job, and sends several', async () => {
    const one = makeWorld({ definition: later(false), perform: () => undefined });
    one.send('a');
    one.send('bc');
    await one.drain();
    expect(one.starts.toSorted()).toEqual(['a/1', 'b/1', 'c/1']);
  });

  it('dead-letters the message as it came', async () => {
    const one = makeWorld({ definition: later(true) });
    one.send('a');
    one.send('bc');
    await one.drain();
    const told = one.deadLetters.messages().map(({ body: text, attributes }) => [text, attributes.reason?.StringValue]);
    expect(told.toSorted()).toEqual([
      ['a', 'NotAccepted'],
      ['bc', 'NotAccepted'],
    ]);
  });
});
