import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAttribute } from '../../../../lib/aws/marshal.ts';
import { JsonError } from '../../../../lib/contract/json.ts';
import { asJson } from '../../../../lib/engine/job/json.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeWorld, type WorldOptions } from '../../../support/world.ts';

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
const cycle: { self?: unknown } = {};
cycle.self = cycle;

describe('asJson', () => {
  test('keeps a result of exactly the limit, and refuses a byte more', () => {
    const text = 'ü'.repeat(50);
    expect(asJson('it', text, 102)).toBe(text);
    expect(() => asJson('it', text, 101)).toThrow('it has 102 bytes of JSON, at most 101 are kept');
  });

  test('returns undefined for undefined', () => {
    expect(asJson('it', undefined, 10)).toBeUndefined();
  });

  test('returns what a reader of the JSON gets', () => {
    const given = { at: new Date(0), left: undefined, inner: [{ a: 1 }] };
    expect(asJson('it', given, 1000)).toEqual({ at: '1970-01-01T00:00:00.000Z', inner: [{ a: 1 }] });
  });

  test.each([
    ['NaN', { deep: [Number.NaN] }],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a number beyond DynamoDB’s', 1e126],
    ['a number below DynamoDB’s', 1e-131],
    ['a function', () => undefined],
    ['a function inside', { callback: () => undefined }],
    ['a symbol', Symbol('s')],
    ['a BigInt', { n: 1n }],
    ['a cycle', cycle],
    ['29 levels', nested(29)],
    ['a field without a name', { '': 1 }],
    ['a field named __proto__', JSON.parse('{"__proto__":1}')],
  ])('refuses %s', (_, value) => {
    expect(() => asJson('result', value, 100_000)).toThrow(JsonError);
  });

  test('keeps 28 levels, and DynamoDB’s largest and smallest numbers', () => {
    expect(asJson('it', nested(28), 1000)).toEqual(nested(28));
    expect(asJson('it', [9.99e125, -1e-130, 0], 1000)).toEqual([9.99e125, -1e-130, 0]);
  });

  test('keeps only what DynamoDB takes', () => {
    void fc.assert(
      fc.property(fc.anything(), (value) => {
        const kept = keptOr(value);
        if (kept !== undefined) expect(JSON.stringify(toAttribute(kept))).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a handler keeps', () => {
  const keep = async (perform: NonNullable<WorldOptions['perform']>) => {
    const world = makeWorld({ perform });
    world.send({ id: 'a' });
    await world.deliver();
    return world.job('a');
  };

  test.each<[string, unknown, string]>([
    ['a Map', { by: new Map() }, 'by is a Map'],
    ['an invalid Date', { at: new Date(Number.NaN) }, 'at is an invalid Date'],
    ['NaN', { n: Number.NaN }, 'n is NaN'],
    ['a hole', { list: [1, undefined] }, 'list.1 is undefined'],
    ['a number that DynamoDB cannot keep', { n: 1e126 }, 'n is 1e+126'],
  ])('is refused by its path in a result, a progress and a checkpoint: %s', async (_, value, said) => {
    const names = ['result', 'progress', 'checkpoint'] as const;
    const performs = {
      result: () => value,
      progress: (_payload: unknown, context: JobContext) => context.progress(value),
      checkpoint: (_payload: unknown, context: JobContext) => context.checkpoint([], value),
    };
    for (const name of names) {
      const job = await keep(performs[name]);
      const error = name === 'result' ? 'JobResultError' : 'JsonError';
      expect(job?.error).toEqual({ name: error, message: expect.stringContaining(`${name}.${said}`) });
    }
  });

  test.each([
    ['text', '\ud83d', '\ufffd'],
    ['text that looks like an escape', '\\ud83d \\\ud83d', '\\ud83d \\\ufffd'],
    ['a whole emoji', '😀', '😀'],
    ['a name', { a: { '\ude00x': ['y\ud83d'] } }, { a: { '\ufffdx': ['y\ufffd'] } }],
  ])('is well-formed, though it was half an emoji: %s', async (_, value, kept) => {
    const job = await keep(async (_payload, context) => {
      await context.progress(value);
      await context.checkpoint([], value);
      return value;
    });
    expect(job).toMatchObject({ status: 'COMPLETED', result: kept, progress: kept, checkpoint: kept });
  });
});

function keptOr(value: unknown): unknown {
  try {
    return asJson('it', value, 10_000);
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    return undefined;
  }
}
