import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { readPayload } from '../../../lib/contract/payload.ts';
import { testJob } from '../../../lib/testing/index.ts';
import { makeWorld } from '../../support/world.ts';
import { makeShop } from '../producer/support.ts';

const refusal = (schema: z.ZodType, payload: unknown): string | undefined =>
  readPayload(defineJob({ type: 'mail', payload: schema }), payload).refusal?.message;

describe('a refused payload', () => {
  it('tells at most five issues', () => {
    const told = refusal(z.array(z.string()), Array(100).fill(1)) ?? '';
    expect(told.split('; ')).toHaveLength(5);
    expect(told).toContain('payload.4: Invalid input: expected string, received number');
  });

  it('tells all issues of a payload that has fewer', () => {
    expect(refusal(z.object({ a: z.string(), b: z.number() }), { a: 1, b: '1' })?.split('; ')).toEqual([
      'payload.a: Invalid input: expected string, received number',
      'payload.b: Invalid input: expected number, received string',
    ]);
  });

  it('tells five issues of a union’s closest member', () => {
    const schema = z.union([z.object({ a: z.array(z.string()), b: z.string() }), z.object({ a: z.array(z.string()) })]);
    expect(refusal(schema, { a: Array(50).fill(1) })?.split('; ')).toHaveLength(5);
  });

  it('tells the first issue of a huge payload, and that the rest was not checked', () => {
    const huge = { items: Array(200_000).fill(1) };
    expect(refusal(z.object({ items: z.array(z.string()) }), huge)).toBe(
      'payload.items.0: Invalid input: expected string, received number; the rest was not checked',
    );
  });

  it('stops looking at a huge payload once it is refused', () => {
    let looked = 0;
    const item = z.unknown().transform((value, context) => {
      looked += 1;
      if (value !== 0) context.addIssue({ code: 'custom', message: 'not 0', fatal: true });
      return value;
    });
    const job = defineJob({ type: 'mail', payload: z.array(item) });
    readPayload(job, []);
    // What defining a job type tries, and its first payload, are behind it.
    looked = 0;
    const { refusal: refused } = readPayload(job, Array(200_000).fill(1));
    expect(refused?.message).toBe('payload.0: not 0; the rest was not checked');
    expect(looked).toBe(1);
  });

  it('quotes no more than a line of its keys', () => {
    const keys = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`key-${n}-${'x'.repeat(300)}`, 1]));
    expect((refusal(z.strictObject({}), keys) ?? '').length).toBeLessThan(300);
    expect((refusal(z.record(z.string(), z.string()), keys) ?? '').length).toBeLessThan(5 * 410);
  });

  it.each([
    ['lists', (depth: number) => `${'['.repeat(depth)}7${']'.repeat(depth)}`],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}7${'}'.repeat(depth)}`],
  ])('is a refusal, however deep its %s are', (_, nested) => {
    const tree: z.ZodType = z.lazy(() => z.union([z.string(), z.array(tree), z.record(z.string(), tree)]));
    for (const depth of [10, 5000, 50_000]) {
      expect(refusal(tree, JSON.parse(nested(depth)))).toMatch(/./);
      expect(refusal(z.string(), JSON.parse(nested(depth)))).toContain('expected string');
    }
  });
});

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
const isEven = async (n: number) => {
  await tick();
  return n % 2 === 0;
};
const sent = (payload: z.ZodType) => defineJob({ type: 'probe', payload });
const asynchronous: readonly [string, z.ZodType][] = [
  ['a refinement', z.object({ n: z.int().refine(isEven, 'odd') })],
  [
    'a refinement that is no async function',
    z.object({ n: z.int().refine((n) => isEven(n).then((yes) => yes), 'odd') }),
  ],
  [
    'a superRefine',
    z.object({ n: z.int() }).superRefine(async ({ n }, context) => {
      if (!(await isEven(n))) context.addIssue('odd');
    }),
  ],
  [
    'a transform',
    z
      .object({ n: z.int() })
      .transform(async (one) => one)
      .refine(({ n }) => n % 2 === 0, 'odd'),
  ],
  ['inside of a lazy union', z.object({ n: z.union([z.string(), z.lazy(() => z.int().refine(isEven, 'odd'))]) })],
];

describe('an asynchronous schema', () => {
  it.each(asynchronous)('is run by the consumer: %s', async (_, payload) => {
    const seen: unknown[] = [];
    const world = makeWorld({ definition: sent(payload), perform: (given) => void seen.push(given) });
    world.send({ id: 'a', payload: { n: 2 } });
    world.send({ id: 'b', payload: { n: 3 } });
    await world.deliver();
    expect(seen).toEqual([{ n: 2 }]);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
    expect(world.job('b')).toMatchObject({ status: 'DEAD', reason: 'InvalidPayload' });
    expect(world.job('b')?.error?.message).toContain('odd');
  });

  it.each(asynchronous)('is run by the producer, for one and for many: %s', async (_, payload) => {
    const job = defineJob({ type: 'resize', payload });
    const { enqueue, enqueueMany, queue } = makeShop();
    await enqueue(job, { n: 2 });
    await expect(enqueue(job, { n: 3 })).rejects.toThrow('odd');
    const results = await enqueueMany(job, [{ n: 4 }, { n: 5 }, { n: 6 }]);
    expect(results).toMatchObject([
      { status: 'sent' },
      { status: 'refused', error: { name: 'InvalidPayloadError' } },
      { status: 'sent' },
    ]);
    expect(queue.messages()).toHaveLength(3);
  });

  it('is found though the first payload did not lead there', async () => {
    const job = sent(z.union([z.string(), z.int().refine(isEven, 'odd')]));
    expect(readPayload(job, 'a')).toEqual({ payload: 'a' });
    expect(await readPayload(job, 2).pending).toEqual({ payload: 2 });
    expect((await readPayload(job, 3).pending)?.refusal?.message).toContain('odd');
  });

  it('that gives no answer is a refusal after the time of an attempt', async () => {
    const hangs = z.int().refine(() => new Promise<boolean>(() => undefined));
    const definition = defineJob({ type: 'probe', payload: hangs, timeoutSeconds: 5 });
    const world = makeWorld({ definition, perform: () => undefined });
    world.send({ id: 'a', payload: 1 });
    await world.deliver();
    expect(world.job('a')).toMatchObject({
      status: 'DEAD',
      error: { message: 'the payload schema took longer than timeoutSeconds 5' },
    });
  });

  it('is run by testJob', async () => {
    const job = defineJob({ type: 'probe', payload: z.object({ n: z.int().refine(isEven) }) });
    const run = await testJob(job, ({ n }) => n, { payload: { n: 2 } });
    expect(run).toMatchObject({ status: 'COMPLETED', result: 2 });
  });
});

describe('what a schema throws', () => {
  const broken = (): boolean => {
    throw new TypeError('rates is not iterable');
  };
  it.each<[string, z.ZodType]>([
    ['at once', z.int().refine(broken)],
    ['later', z.int().refine(async () => broken())],
    ['in a transform', z.int().transform(broken)],
  ])('is the refusal’s message: %s', async (_, payload) => {
    const world = makeWorld({ definition: sent(payload), perform: () => undefined });
    world.send({ id: 'a', payload: 1 });
    await world.deliver();
    expect(world.job('a')).toMatchObject({
      status: 'DEAD',
      error: { message: 'the payload schema itself threw TypeError: rates is not iterable' },
    });
  });
});
