import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, toJson } from '../../../lib/contract/json.ts';

class Money {
  readonly #cents = 100;
  cents() {
    return this.#cents;
  }
}
class Point {
  readonly x = 1;
  readonly y = [2];
}
class Amount {
  readonly #value: unknown;
  constructor(value: unknown) {
    this.#value = value;
  }
  toJSON() {
    return this.#value;
  }
}
const circle: { inner?: unknown } = {};
circle.inner = { back: [circle] };

describe('a value that JSON cannot carry is refused by its path and what it is', () => {
  it.each<[unknown, string]>([
    [{ amount: Number.NaN }, 'payload.amount is NaN,'],
    [{ amount: Number.NEGATIVE_INFINITY }, 'payload.amount is -Infinity,'],
    [Number.NaN, 'payload is NaN,'],
    [[1, undefined], 'payload.1 is undefined,'],
    [{ list: Object.assign(new Array(3), { 0: 1, 2: 3 }) }, 'payload.list.1 is undefined,'],
    [{ a: { b: [{ c: new Map([[1, 2]]) }] } }, 'payload.a.b.0.c is a Map,'],
    [{ seen: new Set([1]) }, 'payload.seen is a Set,'],
    [{ pattern: /a/ }, 'payload.pattern is a RegExp,'],
    [{ at: new Date(Number.NaN) }, 'payload.at is an invalid Date,'],
    [{ bytes: new Uint8Array(2) }, 'payload.bytes is an Uint8Array,'],
    [{ bytes: Buffer.from('a') }, 'payload.bytes is a Buffer,'],
    [{ bytes: new DataView(new ArrayBuffer(1)) }, 'payload.bytes is a DataView,'],
    [{ bytes: new ArrayBuffer(1) }, 'payload.bytes is an ArrayBuffer,'],
    [{ error: new TypeError('no') }, 'payload.error is a TypeError,'],
    [{ later: Promise.resolve(1) }, 'payload.later is a Promise,'],
    [{ query: new URLSearchParams('a=1') }, 'payload.query is an URLSearchParams,'],
    [{ known: new WeakMap() }, 'payload.known is a WeakMap,'],
    [{ n: Object(1) }, 'payload.n is a Number,'],
    [{ price: new Money() }, 'payload.price is a Money without a field of its own,'],
    [{ price: new Amount(Number.NaN) }, 'payload.price is NaN,'],
    [{ price: new Amount(null) }, 'payload.price is an Amount whose toJSON() returns null,'],
    [{ price: new Amount({ all: new Set() }) }, 'payload.price.all is a Set,'],
    [{ n: 1n }, 'payload.n is a bigint,'],
    [{ done: () => 1 }, 'payload.done is a function,'],
    [{ kind: Symbol('s') }, 'payload.kind is a symbol,'],
    [circle, 'is a circle,'],
    [runInNewContext('({ seen: new Set([1]) })'), 'payload.seen is a Set,'],
    [runInNewContext('({ at: new Date(NaN) })'), 'payload.at is an invalid Date,'],
  ])('%o', (value, said) => {
    expect(() => toJson('payload', value)).toThrow(JsonError);
    expect(() => toJson('payload', value)).toThrow(said);
  });

  it('nesting beyond the stack is refused, and so is a toJSON that throws', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => toJson('payload', deep)).toThrow('payload cannot be written as JSON: Maximum call stack');
    const broken = { toJSON: () => JSON.parse('{') as unknown };
    expect(() => toJson('payload', { broken })).toThrow(JsonError);
  });
});

describe('a value that JSON carries', () => {
  it.each<[unknown, string]>([
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [{ to: new URL('https://example.com/a') }, '{"to":"https://example.com/a"}'],
    [{ where: new Point() }, '{"where":{"x":1,"y":[2]}}'],
    [{ price: new Amount('1.10') }, '{"price":"1.10"}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [runInNewContext('({ empty: {}, list: [] })'), '{"empty":{},"list":[]}'],
    [[{}, [], '', null, false, 0], '[{},[],"",null,false,0]'],
  ])('%o is written as it always was', (value, text) => {
    expect(toJson('payload', value)).toBe(text);
  });

  it('however deep it is, if the same object only stands beside itself', () => {
    const shared = { a: 1 };
    let deep: unknown = [shared, shared];
    for (let i = 0; i < 200; i++) deep = { deep };
    expect(toJson('payload', deep)).toContain('[{"a":1},{"a":1}]');
  });

  it('is what JSON.stringify writes, and comes back as it was', () => {
    void fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson('it', value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('loses nothing: whatever is not refused comes back, but for undefined properties and -0', () => {
    const anything = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withBigInt: true,
    });
    void fc.assert(
      fc.property(anything, (value) => {
        let text: string;
        try {
          text = toJson('it', value);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
          return;
        }
        expect(JSON.parse(text)).toEqual(dated(value));
      }),
      { numRuns: 2000 },
    );
  });
});

/** As JSON keeps it: dates as text, 0 without a sign. */
function dated(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(dated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, dated(inner)]));
}
