import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { checkedJobType } from '../../../../lib/contract/definition/job-type.ts';
import { JobDefinitionError } from '../../../../lib/contract/errors.ts';

const payload = z.object({ n: z.number() });
/** Options as a JavaScript user may write them. */
const define = (options: unknown) => defineJob(options as never);
const withBackoff = (backoff: unknown) => ({ type: 'a', payload, retry: { backoff } });
const refusal = (options: unknown): string => {
  try {
    define(options);
  } catch (error) {
    expect(error).toBeInstanceOf(JobDefinitionError);
    return String(error);
  }
  return 'it was taken';
};

describe('a list of delays', () => {
  const list = (delaysSeconds: unknown, more = {}) => withBackoff({ kind: 'list', delaysSeconds, ...more });

  it('takes 0 s to 7 days each, fractions too, with a jitter of 0 to 1', () => {
    const { backoff } = define(list([0, 0.5, 604_800], { jitter: 1 })).retry;
    expect(backoff).toEqual({ kind: 'list', delaysSeconds: [0, 0.5, 604_800], jitter: 1 });
    expect(define(list([1], { jitter: 0 })).retry.backoff.jitter).toBe(0);
    expect(define(list([1])).retry).toMatchObject({ maxAttempts: 5, backoff: { jitter: 0.2 } });
  });

  it.each([
    [[-0.1], '[0] must be 0 to 604800 (seconds, at most 7 days), got -0.1'],
    [[1, 604_801], '[1] must be 0 to 604800 (seconds, at most 7 days), got 604801'],
    [['1'], '[0] must be 0 to 604800 (seconds, at most 7 days), got "1"'],
    [[1, undefined], '[1] must be 0 to 604800 (seconds, at most 7 days), got NaN'],
    // A hole is what [1, , 3] leaves: no delay was written there.
    [Object.assign([1], { 2: 3 }), '[1] must be 0 to 604800'],
    [undefined, ' must be a list of at least one delay, got undefined'],
    [5, ' must be a list of at least one delay, got 5'],
  ])('refuses %o', (delays, said) => expect(refusal(list(delays))).toContain(`retry.backoff.delaysSeconds${said}`));

  it.each([-0.1, 1.1, '0.2', null, Number.NaN])('refuses a jitter of %o', (jitter) => {
    expect(refusal(list([1], { jitter }))).toContain('retry.backoff.jitter must be 0 to 1, got');
  });
});

describe('an exponential backoff', () => {
  const exponential = (change = {}) =>
    withBackoff({ kind: 'exponential', firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800, ...change });

  it('takes a factor of 1 to 100, and a cap that is the first delay itself', () => {
    expect(define(exponential()).retry.backoff).toEqual({
      ...{ kind: 'exponential', firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800, jitter: 0.2 },
    });
    for (const factor of [1, 1.5, 100]) expect(define(exponential({ factor })).retry.backoff).toMatchObject({ factor });
    expect(define(exponential({ maxDelaySeconds: 2 })).retry.backoff).toMatchObject({ maxDelaySeconds: 2 });
    expect(Object.isFrozen(define(exponential()).retry.backoff)).toBe(true);
  });

  it.each([
    [{ factor: 0.9 }, 'retry.backoff.factor must be 1 to 100 (below 1 delays would shrink), got 0.9'],
    [{ factor: 101 }, 'retry.backoff.factor must be 1 to 100'],
    [{ firstDelaySeconds: undefined }, 'retry.backoff.firstDelaySeconds must be 0 to 604800'],
    [{ maxDelaySeconds: 604_801 }, 'retry.backoff.maxDelaySeconds must be 0 to 604800'],
    [{ maxDelaySeconds: undefined }, 'retry.backoff.maxDelaySeconds must be 0 to 604800'],
    [{ jitter: 2 }, 'retry.backoff.jitter must be 0 to 1, got 2'],
    [{ delaysSeconds: [1] }, 'unknown option "delaysSeconds" in retry.backoff'],
    [{ maxDelaySecond: 5 }, 'unknown option "maxDelaySecond" in retry.backoff; did you mean "maxDelaySeconds"?'],
    [{ firstDelay: 5 }, 'did you mean "firstDelaySeconds"?'],
  ])('refuses %o', (change, said) => expect(refusal(exponential(change))).toContain(said));
});

describe('a value of the wrong kind is refused as any other:', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;

  it.each([
    ['no options', undefined, 'options must be an object, got undefined'],
    ['null options', null, 'options must be an object, got null'],
    ['a list of options', [], 'options must be an object, got []'],
    ['retry null', { type: 'a', payload, retry: null }, 'retry must be an object, got null'],
    ['retry as a list', { type: 'a', payload, retry: [] }, 'retry must be an object, got []'],
    ['backoff null', withBackoff(null), 'retry.backoff'],
    ['alarms null', { type: 'a', payload, alarms: null }, 'alarms must be an object, got null'],
    ['alarms 3', { type: 'a', payload, alarms: 3 }, 'alarms must be an object, got 3'],
    ['parallel 1', { type: 'a', payload, parallel: 1 }, 'parallel must be true or false, got 1'],
    ['parallel null', { type: 'a', payload, parallel: null }, 'parallel must be true or false, got null'],
    ['a bigint', { type: 'a', payload, timeoutSeconds: 5n }, 'timeoutSeconds must be a whole number'],
    ['a bigint type', { type: 5n, payload }, 'type must be 1 to 40 of a-z'],
    ['a circle', { type: 'a', payload: circle }, 'payload must be a zod schema'],
    ['no schema', { type: 'a' }, 'payload must be a zod schema, got undefined'],
    ['zod itself', { type: 'a', payload: z }, 'payload must be a zod schema'],
    ['__proto__', JSON.parse('{"__proto__":{}}'), 'unknown option "__proto__"'],
  ])('%s', (_what, options, said) => expect(refusal(options)).toContain(said));

  it('takes undefined for an option that was left out', () => {
    const options = { retry: undefined, alarms: undefined, parallel: undefined, memoryMb: undefined };
    expect(define({ type: 'a', payload, ...options })).toEqual(define({ type: 'a', payload }));
  });
});

describe('a job type', () => {
  it.each(['a', 'a1', 'send-email', 'dlq', 'high', 'core-2', 'my-core', 'dispatchers', 'a--b', `a${'b'.repeat(39)}`])(
    'may be %s',
    (type) => expect(checkedJobType(type)).toBe(type),
  );

  it.each([
    ['core', "is the name of a stack of Sluice's own"],
    ['dispatcher', "is the name of a stack of Sluice's own"],
    ['mail-dlq', 'must not end in "-dlq"'],
    ['mail-high', 'must not end in "-high"'],
    ['mail-low', 'must not end in "-low"'],
    ['-mail', 'starting with a letter, got "-mail"'],
    ['mail\n', 'starting with a letter'],
    ['Mail', 'starting with a letter, got "Mail"'],
    [`a${'b'.repeat(40)}`, '1 to 40 of a-z'],
  ])('is not %j', (type, said) => {
    expect(() => checkedJobType(type)).toThrow(JobDefinitionError);
    expect(() => checkedJobType(type)).toThrow(said);
  });
});
