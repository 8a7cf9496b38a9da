import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAttribute } from '../../../../lib/aws/marshal.ts';
import { asJson, JsonError } from '../../../../lib/engine/job/json.ts';

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
  ])('refuses %s', (_, value) => {
    expect(() => asJson('the result', value, 100_000)).toThrow(JsonError);
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

function keptOr(value: unknown): unknown {
  try {
    return asJson('it', value, 10_000);
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    return undefined;
  }
}
