import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { JobDefinitionError } from '../../../../lib/contract/errors.ts';

const payload = z.object({ n: z.number() });
/** Options as a JavaScript user, or a hasty one, may write them. */
const define = (options: Record<string, unknown>) => defineJob({ type: 'resize-image', payload, ...options } as never);
const refusal = (options: Record<string, unknown>): string => {
  try {
    define(options);
  } catch (error) {
    expect(error).toBeInstanceOf(JobDefinitionError);
    return String(error);
  }
  return 'it was taken';
};

describe('a job definition', () => {
  it('has a default for everything but type and payload', () => {
    expect(define({})).toEqual({
      type: 'resize-image',
      payload,
      retry: { maxAttempts: 5, backoff: { kind: 'list', delaysSeconds: [1, 5, 30, 300, 1800], jitter: 0.2 } },
      timeoutSeconds: 30,
      batchSize: 10,
      batchWindowSeconds: 0,
      maxConcurrency: 50,
      parallel: true,
      memoryMb: 512,
      queueRetention: 7,
      retention: 8,
      alarms: {
        queueDepth: 1000,
        queueAgeSeconds: 900,
        deadLetters: 1,
        failurePercent: 50,
        failureMinAttempts: 20,
        stalledJobs: 3,
        functionErrors: 1,
        throttles: 1,
        durationPercent: 80,
      },
      logs: 'all',
      completionEvent: false,
      eventErrorMessage: true,
      schedule: [],
      begin: 'claimed',
      tracing: false,
      retired: false,
    });
  });

  it('lets jobs expire where it says so, and not where they begin optimistically', () => {
    expect(define({})).not.toHaveProperty('startWithinSeconds');
    expect(define({ startWithinSeconds: 60 })).toMatchObject({ startWithinSeconds: 60 });
    expect(define({ startWithinSeconds: 60 })).not.toHaveProperty('expired');
    expect(define({ expired: 'deadLetter' })).toMatchObject({ expired: 'deadLetter' });
    for (const given of [0, 31_622_401, 1.5, '60'])
      expect(refusal({ startWithinSeconds: given })).toContain(
        `resize-image: startWithinSeconds must be a whole number, 1 to 31622400 (at most a year), got ${JSON.stringify(given)}`,
      );
    expect(refusal({ expired: 'dlq' })).toContain('expired must be "deadLetter", or be left out, got "dlq"');
    for (const given of [{ startWithinSeconds: 60 }, { expired: 'deadLetter' }])
      expect(refusal({ begin: 'optimistic', ...given })).toContain(
        `begin: "optimistic" and ${Object.keys(given)[0]} do not go together`,
      );
  });

  it('begins jobs optimistically where it says so, and not under a rate limit', () => {
    expect(define({ begin: 'optimistic' })).toMatchObject({ begin: 'optimistic' });
    expect(refusal({ begin: 'eager' })).toContain('begin must be "claimed" or "optimistic", got "eager"');
    expect(refusal({ begin: 'optimistic', rateLimit: { limit: 5, perSeconds: 1 } })).toContain(
      'resize-image: begin: "optimistic" and rateLimit do not go together',
    );
  });

  it('is frozen, all the way down', () => {
    const definition = define({ retry: { backoff: { kind: 'list', delaysSeconds: [1] } } });
    const { retry, alarms } = definition;
    const delays = retry.backoff.kind === 'list' ? retry.backoff.delaysSeconds : undefined;
    for (const part of [definition, retry, retry.backoff, delays, alarms]) expect(Object.isFrozen(part)).toBe(true);
    const { backoff } = define({}).retry;
    for (const part of [backoff, Object.values(backoff)[1]]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('is its own: what it was made from may change', () => {
    const delaysSeconds = [1, 2];
    const options = { retry: { maxAttempts: 3, backoff: { kind: 'list', delaysSeconds } }, alarms: { queueDepth: 5 } };
    const definition = define(options);
    delaysSeconds.push(9);
    options.alarms.queueDepth = 6;
    expect(definition).toMatchObject({ retry: { backoff: { delaysSeconds: [1, 2] } }, alarms: { queueDepth: 5 } });
  });

  it.each<[name: string, min: number, max: number, beside?: Record<string, number>]>([
    ['timeoutSeconds', 1, 840],
    ['maxConcurrency', 2, 1000],
    ['memoryMb', 128, 10_240],
    ['queueRetention', 1, 14],
    ['batchWindowSeconds', 0, 300],
    ['batchSize', 1, 10_000, { batchWindowSeconds: 1 }],
    ['retention', 8, 3650],
    ['retention', 15, 3650, { queueRetention: 14 }],
  ])('takes %s from %d to %d and nothing beyond', (name, min, max, beside = {}) => {
    for (const value of [min, max]) expect(define({ ...beside, [name]: value })).toMatchObject({ [name]: value });
    for (const value of [min - 1, max + 1, min + 0.5, '5', null, Number.NaN, Number.POSITIVE_INFINITY, true, []]) {
      const said = refusal({ ...beside, [name]: value });
      expect(said).toContain(`resize-image: ${name} must be a whole number, ${min} to ${max}`);
      expect(said).toContain(typeof value === 'number' ? `got ${value}` : `got ${JSON.stringify(value)}`);
    }
  });

  it.each([
    ['queueDepth', 1, 10_000_000],
    ['queueAgeSeconds', 60, 7 * 24 * 3600],
    ['deadLetters', 1, 10_000_000],
    ['failurePercent', 1, 100],
    ['failureMinAttempts', 1, 10_000_000],
    ['stalledJobs', 1, 10_000_000],
    ['functionErrors', 1, 10_000_000],
    ['throttles', 1, 10_000_000],
    ['durationPercent', 1, 99],
    ['duplicateJobs', 1, 10_000_000],
  ])('takes alarms.%s from %d to %d and nothing beyond', (name, min, max) => {
    for (const value of [min, max])
      expect(define({ alarms: { [name]: value } }).alarms).toMatchObject({ [name]: value });
    for (const value of [min - 1, max + 1, min + 0.5, '5', null]) {
      expect(refusal({ alarms: { [name]: value } })).toContain(`resize-image: alarms.${name} `);
    }
  });

  it('counts ten invocations a provisioned poller', () => {
    expect(define({ provisionedPollers: { max: 30 } })).toMatchObject({
      provisionedPollers: { min: 2, max: 30 },
      maxConcurrency: 300,
    });
    expect(define({}).provisionedPollers).toBeUndefined();
  });

  it('says whose limit each is', () => {
    expect(refusal({ maxConcurrency: 1 })).toContain('2 to 1000 (SQS event source limit), got 1');
    expect(refusal({ batchSize: 10_001 })).toContain('1 to 10000 (SQS event source limit), got 10001');
    expect(refusal({ batchWindowSeconds: 301 })).toContain('0 to 300 (SQS event source limit), got 301');
    expect(refusal({ memoryMb: 127 })).toContain('128 to 10240 (Lambda limit), got 127');
    expect(refusal({ queueRetention: 15 })).toContain('1 to 14 (days, SQS limit), got 15');
    expect(refusal({ retention: 7 })).toContain('below queueRetention plus one a late duplicate would run again');
  });

  it('quotes the limit’s owner, as its users will read it', () => {
    expect(refusal({ timeoutSeconds: 1800 })).toBe(
      'JobDefinitionError: resize-image: timeoutSeconds must be a whole number, 1 to 840 (a Lambda function ends at 900 s), got 1800',
    );
  });

  it.each([
    [{ retries: 3 }, 'unknown option "retries"; did you mean "retry"?'],
    [{ batchsize: 3 }, 'did you mean "batchSize"?'],
    [{ timeout: 3 }, 'unknown option "timeout"; did you mean "timeoutSeconds"?'],
    [{ colour: 3 }, 'unknown option "colour"; known: type, payload'],
    [{ retry: { maxRetries: 3 } }, 'unknown option "maxRetries" in retry'],
    [
      { retry: { backoff: { kind: 'list', delaysSeconds: [1], jiter: 0 } } },
      'in retry.backoff; did you mean "jitter"?',
    ],
    [{ alarms: { queueDeph: 3 } }, 'in alarms; did you mean "queueDepth"?'],
  ])('names the nearest known option for %o', (options, said) => {
    expect(refusal(options)).toContain(said);
  });

  it.each([
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts must be a whole number, 1 to 100, got 0'],
    [{ retry: { maxAttempts: 101 } }, 'got 101'],
    [{ retry: 3 }, 'retry must be an object, got 3'],
    [{ retry: { backoff: { kind: 'linear' } } }, 'retry.backoff.kind must be "list" or "exponential", got "linear"'],
    [{ retry: { backoff: { kind: 'list', delaysSeconds: [] } } }, 'at least one delay'],
    [{ retry: { backoff: { kind: 'list', delaysSeconds: [1, -1] } } }, 'delaysSeconds[1] must be 0 to 604800'],
    [{ retry: { backoff: { kind: 'list', delaysSeconds: [1], jitter: 1.1 } } }, 'jitter must be 0 to 1, got 1.1'],
    [
      { retry: { backoff: { kind: 'exponential', firstDelaySeconds: 5, factor: 2, maxDelaySeconds: 4 } } },
      'must not be below firstDelaySeconds (5), got 4',
    ],
    [
      { retry: { backoff: { kind: 'exponential', firstDelaySeconds: 5, maxDelaySeconds: 9 } } },
      'retry.backoff.factor must be 1 to 100',
    ],
    [{ parallel: 'yes' }, 'parallel must be true or false, got "yes"'],
    [{ logs: 'none' }, 'logs must be "all" or "failures", got "none"'],
    [{ tracing: 'on' }, 'tracing must be true, false or "otel", got "on"'],
    [{ eventErrorMessage: 'no' }, 'eventErrorMessage must be true or false, got "no"'],
    [{ completionEvent: 1 }, 'completionEvent must be true or false, got 1'],
    [{ rateLimit: 50 }, 'rateLimit must be an object, got 50'],
    [{ rateLimit: { limit: 50 } }, 'rateLimit.perSeconds must be a whole number, 1 to 86400 (at most a day), got NaN'],
    [{ rateLimit: { limit: 0, perSeconds: 1 } }, 'rateLimit.limit must be a whole number, 1 to 1000000'],
    [{ rateLimit: { limit: 1, perSecond: 1 } }, 'unknown option "perSecond" in rateLimit; did you mean "perSeconds"?'],
    [{ payload: { n: 'number' } }, 'payload must be a zod schema'],
    [
      { provisionedPollers: { min: 1 } },
      'provisionedPollers.min must be a whole number, 2 to 200 (SQS event source limit), got 1',
    ],
    [{ provisionedPollers: { max: 2001 } }, 'provisionedPollers.max must be a whole number, 2 to 2000'],
    [{ provisionedPollers: { min: 5, max: 4 } }, 'provisionedPollers.max must not be below min (5), got 4'],
    [{ provisionedPollers: { most: 4 } }, 'in provisionedPollers'],
    [{ maxConcurrency: 5, provisionedPollers: {} }, 'maxConcurrency 5 does not go together with provisionedPollers'],
    [{ alarms: { queueDepth: 0 } }, 'alarms.queueDepth must be a whole number, 1 to'],
  ])('refuses %o', (options, said) => {
    expect(refusal(options)).toContain(said);
  });

  it.each([
    [{ batchSize: 11 }, 'batchSize 11 needs batchWindowSeconds of 1 to 300'],
    [{ parallel: false, timeoutSeconds: 100 }, 'a batch of 10 one after another at 100 s each needs 1015 s'],
    [{ queueRetention: 5, retention: 5 }, 'retention must be a whole number, 6 to 3650'],
    [{ queueRetention: 1, alarms: { queueAgeSeconds: 86_401 } }, 'can never fire'],
  ])('refuses %o, which do not fit together', (options, said) => {
    expect(refusal(options)).toContain(said);
  });

  it('takes what just fits', () => {
    define({ batchSize: 11, batchWindowSeconds: 1 });
    define({ parallel: false, timeoutSeconds: 88 });
    define({ timeoutSeconds: 840, batchSize: 10_000, batchWindowSeconds: 300 });
    expect(define({ queueRetention: 14 }).retention).toBe(15);
    expect(define({ rateLimit: { limit: 1_000_000, perSeconds: 86_400 } }).rateLimit?.limit).toBe(1_000_000);
  });

  it.each([
    '',
    'Resize',
    '1st',
    'a_b',
    'core',
    'dispatcher',
    'mail-dlq',
    'mail-high',
    'mail-low',
    `a${'b'.repeat(40)}`,
    7,
    undefined,
  ])('is not of type %o', (type) => expect(refusal({ type })).toContain('type'));

  it('may be of a type of 40 letters', () => {
    expect(define({ type: `a${'b'.repeat(39)}` }).type).toHaveLength(40);
  });
});

describe('accept', () => {
  it.each([
    ['a text', { accept: 'fromSns' }, 'accept must be a function of { body, attributes, messageId }, got "fromSns"'],
    ['null', { accept: null }, 'accept must be a function of { body, attributes, messageId }, got null'],
    [
      'a function beside a schedule',
      { accept: () => 'drop', schedule: [{ name: 'daily', expression: 'rate(1 day)', payload: { n: 1 } }] },
      'accept does not go with schedule: EventBridge cannot mark its messages as jobs',
    ],
  ])('is refused if it is %s', (_what, options, told) => {
    expect(refusal(options)).toContain(`resize-image: ${told}`);
  });

  it('is left out where it is not given, and kept where it is', () => {
    const accept = () => 'drop';
    expect(define({ accept })).toMatchObject({ accept });
    expect('accept' in define({})).toBe(false);
  });
});
