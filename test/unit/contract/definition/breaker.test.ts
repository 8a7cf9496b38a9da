import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { breakerId } from '../../../../lib/contract/definition/breaker.ts';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';

const WHOLE = { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 };
const define = (breaker: object, options: object = {}) =>
  defineJob({ type: 'probe', payload: z.string(), breaker: breaker as typeof WHOLE, ...options });

describe('a definition’s breaker', () => {
  it('is kept as it was given, names once, and frozen', () => {
    const { breaker } = define({ ...WHOLE, errors: ['FetchError', 'FetchError', 'JobTimeoutError'] });
    expect(breaker).toEqual({ ...WHOLE, errors: ['FetchError', 'JobTimeoutError'] });
    expect(Object.isFrozen(breaker)).toBe(true);
    expect(define(WHOLE).breaker).not.toHaveProperty('errors');
    expect(defineJob({ type: 'probe', payload: z.string() })).not.toHaveProperty('breaker');
  });

  it.each([
    ['failurePercent', 0, '1 to 100'],
    ['failurePercent', 101, '1 to 100'],
    ['ofAtLeast', 0, '1 to 10000'],
    ['ofAtLeast', 10_001, '1 to 10000'],
    ['perSeconds', 9, '10 to 3600'],
    ['perSeconds', 3601, '10 to 3600'],
    ['probeSeconds', 0, '1 to 3600'],
    ['probeSeconds', 3601, '1 to 3600'],
    ['probeSeconds', 1.5, '1 to 3600'],
  ])('refuses %s of %d by its range', (name, value, range) => {
    expect(() => define({ ...WHOLE, [name]: value })).toThrow(
      `probe: breaker.${name} must be a whole number, ${range} (`,
    );
    expect(() => define({ ...WHOLE, [name]: value })).toThrow(`got ${value}`);
  });

  it.each(Object.keys(WHOLE))('without %s is refused, and says what is missing', (name) => {
    expect(() => define({ ...WHOLE, [name]: undefined })).toThrow(
      new RegExp(`^probe: breaker\\.${name} is missing: give a whole number, 1`),
    );
  });

  it.each([[[]], ['FetchError'], [['']], [[7]], [['x'.repeat(129)]], [Array.from({ length: 51 }, (_, i) => `E${i}`)]])(
    'refuses errors that are no names: %j',
    (errors) => {
      expect(() => define({ ...WHOLE, errors })).toThrow('breaker.errors must be a list of 1 to 50 names of errors');
    },
  );

  it('refuses an option that it does not know, and what is no object', () => {
    expect(() => define({ ...WHOLE, probeSecond: 3 })).toThrow('did you mean "probeSeconds"');
    expect(() => define([] as object)).toThrow('breaker must be an object');
  });

  it('is refused with begin: "optimistic"', () => {
    expect(() => define(WHOLE, { begin: 'optimistic' })).toThrow(
      'probe: begin: "optimistic" and breaker do not go together',
    );
  });

  it('has an item that is no job', () => {
    expect(breakerId('probe')).toBe('~breaker#probe');
  });
});
