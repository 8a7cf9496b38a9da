import { randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { testJob } from '../../../../lib/testing/index.ts';

const define = (payload: z.ZodType) => defineJob({ type: 'make', payload });
const today = () => new Date().toISOString().slice(0, 10);
interface Tree {
  id?: string | undefined;
  inner?: Tree | undefined;
}
const tree: z.ZodType<Tree> = z.lazy(() =>
  z.object({ inner: tree.optional(), id: z.string().default(() => randomUUID()) }),
);

describe('a schema that makes a value', () => {
  it.each<[string, z.ZodType, string]>([
    ['a random id', z.object({ id: z.string().default(() => randomUUID()) }), 'payload.id has a default'],
    ['the time', z.object({ at: z.number().default(() => Date.now()) }), 'payload.at has a default'],
    ['the day', z.object({ on: z.string().default(today) }), 'payload.on has a default'],
    ['the date as text', z.object({ on: z.string().default(() => Date()) }), 'payload.on has a default'],
    ['the hour', z.object({ on: z.int().default(() => new Date().getUTCHours()) }), 'payload.on has a default'],
    ['one of two', z.object({ arm: z.string().default(() => (Math.random() < 0.5 ? 'a' : 'b')) }), 'payload.arm has a'],
    ['a number', z.object({ n: z.int().prefault(() => randomInt(2 ** 40)) }), 'payload.n has a prefault'],
    ['an id in place of a bad one', z.object({ id: z.uuid().catch(() => randomUUID()) }), 'payload.id has a catch'],
    [
      'an id for none',
      z.object({
        id: z
          .string()
          .optional()
          .transform((id) => id ?? randomUUID()),
      }),
      'payload.id has a pipe',
    ],
    ['an id before', z.object({ id: z.preprocess((id) => id ?? randomUUID(), z.string()) }), 'payload.id has a'],
    [
      'in a list',
      z.object({ all: z.array(z.object({ id: z.string().default(() => randomUUID()) })) }),
      'payload.all.id has',
    ],
    [
      'in a union',
      z.union([
        z.string(),
        z.object({
          a: z.record(
            z.string(),
            z.date().default(() => new Date()),
          ),
        }),
      ]),
      '.a has',
    ],
    ['in a recursion', z.object({ tree }), 'payload.tree.id has a default'],
    [
      'behind a check',
      z.strictObject({ id: z.string().default(() => randomUUID()) }).refine(() => true),
      'payload.id has',
    ],
  ])('is refused: %s', (_, payload, said) => {
    expect(() => define(payload)).toThrow(said);
    expect(() => define(payload)).toThrow('make the value in the producer and send it');
  });

  it.each<[string, z.ZodType]>([
    ['a list', z.object({ tags: z.array(z.string()).default(() => []) })],
    ['a date', z.object({ since: z.date().default(() => new Date(0)) })],
    ['a constant', z.object({ n: z.int().default(1).catch(2), note: z.string().optional() })],
    ['of what was sent', z.string().transform((text) => new Date(text).toISOString())],
    ['nothing, but throws', z.object({ a: z.any().transform((a: { b: string }) => a.b.trim()) })],
    ['a schema that is not there yet', z.object({ a: z.lazy(() => notYet) })],
  ])('is taken if it always makes the same: %s', (_, payload) => {
    expect(define(payload).payload).toBe(payload);
  });

  it('is refused by testJob where it takes the payload to see it', async () => {
    const job = define(z.object({ name: z.string() }).transform((one) => ({ ...one, id: randomUUID() })));
    const testing = testJob(job, () => undefined, { payload: { name: 'a' } });
    await expect(testing).rejects.toThrow('make: the schema makes another payload of this one each time');
  });

  it('leaves the clock and the random source as they were', () => {
    const before = [globalThis.Date, Math.random];
    expect(() => define(z.string().default(today))).toThrow('payload has a default');
    expect([globalThis.Date, Math.random]).toEqual(before);
  });
});

const notYet = z.string();
