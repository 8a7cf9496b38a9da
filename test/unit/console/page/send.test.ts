import { describe, expect, test } from 'vitest';
import { areEnvelopes, bodyOf, DEFAULTS, linesOf, optionFaults } from '../../../../lib/console/page/send/envelope.ts';
import { decodeEnvelope } from '../../../../lib/contract/envelope.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const ID = '7c0e1f64-2a0b-4a57-9c55-0c2f6d1b9e11';
const decoded = (body: string) => decodeEnvelope(body, 'send-email', NOW_MS);

describe('the body of a job that is sent by the form', () => {
  test('options that are left out are left out of the body', () => {
    const body = bodyOf('{"big": 12345678901234567890}', DEFAULTS, { nowMs: NOW_MS, id: ID });
    expect(body).toBe(`{"id":"${ID}","payload":{"big": 12345678901234567890}}`);
    expect(decoded(body)).toMatchObject({ id: ID });
  });

  test('key, delay and attempts are as the consumer takes them', () => {
    const options = { ...DEFAULTS, key: 'order:7', when: 'delay', delaySeconds: '90', maxAttempts: '3' } as const;
    expect(decoded(bodyOf('{}', options, { nowMs: NOW_MS, id: ID }))).toEqual({
      ...{ id: ID, key: 'order:7', runAt: '2026-11-30T12:01:30.000Z', maxAttempts: 3, payload: {} },
    });
  });

  test('what the consumer would refuse is said beside its field', () => {
    const options = { key: 'ö', when: 'delay', delaySeconds: '1.5', at: '', maxAttempts: '101' } as const;
    expect(Object.keys(optionFaults(options))).toEqual(['key', 'delaySeconds', 'maxAttempts']);
    expect(optionFaults({ ...DEFAULTS, when: 'at' })).toEqual({ at: 'a day and a time' });
    expect(optionFaults(DEFAULTS)).toEqual({});
  });
});

describe('lines of jobs', () => {
  test('empty lines are none', () => {
    expect(linesOf('{}\r\n\n  \n{"a":1}')).toEqual(['{}\r', '{"a":1}']);
  });

  test('lines are whole messages if each has a payload', () => {
    expect(areEnvelopes(['{"payload":{}}', '{"key":"k","payload":{}}'])).toBe(true);
    expect(areEnvelopes(['{"payload":{}}', '{"to":"x"}'])).toBe(false);
    expect(areEnvelopes(['not JSON'])).toBe(false);
    expect(areEnvelopes([])).toBe(false);
  });
});
