import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JobDefinitionError,
  PermanentError,
  RetryAfterError,
  SnoozeError,
  toJobError,
  WriteConditionError,
} from '../../../lib/contract/errors.ts';

describe.each([
  [RetryAfterError, 'RetryAfterError', 'retry after 7.5 s'],
  [SnoozeError, 'SnoozeError', 'snoozed for 7.5 s'],
])('%o', (Thrown, name, said) => {
  it('asks for 0 s to 7 days', () => {
    for (const seconds of [0, 0.5, 604_800]) expect(new Thrown(seconds).delaySeconds).toBe(seconds);
  });

  it.each([-1, -0.001, 604_801, 604_800.001, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (seconds) => {
    expect(() => new Thrown(seconds)).toThrow(RangeError);
    expect(() => new Thrown(seconds)).toThrow(
      `${name}: delaySeconds must be 0 to 604800 (7 days), got ${String(seconds)}`,
    );
  });

  it.each(['60', null, undefined, {}, 60n])('refuses %o, as a JavaScript handler may pass it', (seconds) => {
    expect(() => new Thrown(seconds as never)).toThrow(RangeError);
  });

  it('says its delay, unless it is given a message, and keeps its cause', () => {
    const cause = new Error('429');
    expect(new Thrown(7.5)).toMatchObject({ name, message: said });
    expect(new Thrown(1, 'busy', { cause })).toMatchObject({ message: 'busy', cause });
  });
});

describe('an error class', () => {
  it('has a name of its own, and keeps its cause', () => {
    const cause = new Error('why');
    expect(new PermanentError('gone', { cause })).toMatchObject({ name: 'PermanentError', message: 'gone', cause });
    expect(new JobDefinitionError('no')).toMatchObject({ name: 'JobDefinitionError' });
  });

  it('of refused writes says which', () => {
    const error = new WriteConditionError([0, 4]);
    expect(error).toMatchObject({ name: 'WriteConditionError', indexes: [0, 4] });
    expect(error.message).toContain('write 0, 4 failed; nothing was written');
  });
});

const circle: Record<string, unknown> = {};
circle.self = circle;
const named = (name: unknown, message: unknown = 'm') =>
  Object.defineProperties(new Error(), { name: { value: name }, message: { value: message } });

describe('of what a handler throws, name and message are kept:', () => {
  it.each([
    ['an error', new TypeError('bad'), { name: 'TypeError', message: 'bad' }],
    ['what an aborted fetch throws', new DOMException('stop', 'AbortError'), { name: 'AbortError', message: 'stop' }],
    ['an error without words', new Error(''), { name: 'Error', message: '' }],
    ['an error without a name', named(''), { name: 'Error', message: 'm' }],
    ['an error whose name is a number', named(7), { name: '7', message: 'm' }],
    ['a text', 'text', { name: 'NonError', message: 'text' }],
    ['an empty text', '', { name: 'NonError', message: '' }],
    ['null', null, { name: 'NonError', message: 'null' }],
    ['nothing', undefined, { name: 'NonError', message: 'undefined' }],
    ['a number', 0, { name: 'NonError', message: '0' }],
    ['false', false, { name: 'NonError', message: 'false' }],
    ['a bigint', 10n, { name: 'NonError', message: '[object BigInt]' }],
    ['a symbol', Symbol('s'), { name: 'NonError', message: 'Symbol(s)' }],
    ['an object', { code: 7 }, { name: 'NonError', message: '{"code":7}' }],
    ['an object without a prototype', Object.create(null), { name: 'NonError', message: '{}' }],
    ['a circle', circle, { name: 'NonError', message: '[object Object]' }],
    ['what its toJSON hides', { toJSON: () => undefined }, { name: 'NonError', message: '[object Object]' }],
  ])('%s', (_what, thrown, kept) => expect(toJobError(thrown)).toEqual(kept));

  const hostile = () => {
    throw new Error('hands off');
  };
  it.each([
    ['an error whose message throws', Object.defineProperty(new Error(), 'message', { get: hostile })],
    ['an error whose name cannot be text', named(Object.create(null))],
    ['an error whose message cannot be text', named('E', { toString: hostile })],
    ['an object that throws when it is looked at', new Proxy({}, { get: hostile })],
  ])('%s still becomes one: a job must not be lost with it', (_what, thrown) => {
    const { name, message } = toJobError(thrown);
    expect([typeof name, typeof message]).toEqual(['string', 'string']);
    expect(name).not.toBe('');
  });

  it('anything at all, as text that fits and that SQS and DynamoDB take', () => {
    const anything = fc.oneof(
      fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true, withSet: true }),
      fc.string({ unit: 'binary', maxLength: 2000 }).map((text) => new Error(text)),
      fc.string({ unit: 'binary', maxLength: 400 }).map((text) => named(text, text)),
      fc.string({ unit: 'binary', maxLength: 2000 }),
    );
    fc.assert(
      fc.property(anything, (thrown) => {
        const { name, message } = toJobError(thrown);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(128);
        expect(message.length).toBeLessThanOrEqual(512);
        expect([name.isWellFormed(), message.isWellFormed()]).toEqual([true, true]);
      }),
    );
  });
});

describe('a message', () => {
  it.each([
    [511, 511],
    [512, 512],
    [513, 512],
    [100_000, 512],
  ])('of %d characters is kept as %d', (length, kept) => {
    expect(toJobError(new Error('x'.repeat(length))).message).toHaveLength(kept);
    expect(toJobError('x'.repeat(length)).message).toHaveLength(kept);
  });

  it('is never cut inside a character', () => {
    expect(toJobError(new Error(`${'x'.repeat(511)}🦊`)).message).toBe(`${'x'.repeat(511)}\uFFFD`);
    expect(toJobError(new Error(`${'x'.repeat(510)}🦊`)).message).toBe(`${'x'.repeat(510)}🦊`);
    expect(toJobError(new Error('a\uD83Eb\uDD8A')).message).toBe('a\uFFFDb\uFFFD');
  });
});
