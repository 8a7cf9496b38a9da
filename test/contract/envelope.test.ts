import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from '../../lib/contract/envelope.ts';
import { InvalidMessageError } from '../../lib/contract/errors.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const decode = (body: unknown) =>
  decodeEnvelope(typeof body === 'string' ? body : JSON.stringify(body), 'send-email', NOW);
const refusal = (body: unknown): string => {
  try {
    decode(body);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidMessageError);
    return (error as Error).message;
  }
  return 'it was taken';
};

describe('an envelope', () => {
  it('needs a payload, and nothing else', () => {
    expect(decode({ payload: null })).toEqual({ payload: null });
    expect(refusal({})).toBe('the body has no "payload"');
    expect(refusal('{"__proto__":{"payload":1}}')).toContain('"__proto__" is not a field');
  });

  it.each([
    ['id', ['a', 'A-z_0.9:x', 'x'.repeat(128)], ['', 'a b', 'ü', 'a/b', 'x'.repeat(129), 7, null]],
    ['key', ['a', 'x'.repeat(250)], ['', 'a#b', 'x'.repeat(251), {}]],
    ['type', ['send-email'], ['process-payment', '', 7, null]],
    ['maxAttempts', [1, 100], [0, 101, 1.5, '5', null, -1]],
    [
      'createdAt',
      ['2026-05-31T09:00:00Z', '2026-05-31T09:00+02:00', '2026-05-31T09:00:00.123456789Z'],
      ['yesterday', '2026-05-31', '2026-13-01T00:00:00Z', 1_780_000_000_000],
    ],
    ['runAt', ['2027-06-01T00:00:00Z', '2020-01-01T00:00:00Z'], ['tomorrow', '2028-06-02T00:00:00Z', 0]],
  ])('takes %s as %o and not as %o', (field, good, bad) => {
    for (const value of good) expect(decode({ payload: 1, [field]: value })).toMatchObject({ [field]: value });
    for (const value of bad) {
      const said = refusal({ payload: 1, [field]: value });
      expect(said).toContain(`"${field}" must be`);
      expect(said).toContain(`got ${JSON.stringify(value).slice(0, 20)}`);
    }
  });

  it.each(['v', 'then', 'flow', 'lane', 'payloadRef', 'sealed', 'tags'])('keeps %s for later', (field) => {
    expect(refusal({ payload: 1, [field]: 1 })).toBe(`"${field}" is reserved in the envelope; leave it out`);
  });

  it('names the field that was meant', () => {
    expect(refusal({ payload: 1, maxAtempts: 3 })).toBe(
      '"maxAtempts" is not a field of the envelope; did you mean "maxAttempts"?',
    );
  });

  it.each([
    ['hello', 'the body is not JSON'],
    ['', 'the body is not JSON'],
    ['{"payload": 1', 'the body is not JSON'],
    ['[]', 'the body must be a JSON object, got an array'],
    ['null', 'the body must be a JSON object, got null'],
    ['"x"', 'the body must be a JSON object, got a string'],
    ['7', 'the body must be a JSON object, got a number'],
  ])('is not %o', (body, said) => expect(refusal(body)).toBe(said));

  it('never quotes the payload in a refusal', () => {
    const secret = 'secret-7';
    for (const body of [`{"payload":"${secret}"`, JSON.stringify({ payload: secret, idd: 1 })]) {
      expect(refusal(body)).not.toContain(secret);
    }
  });

  it('comes back from its encoding as it was', () => {
    const envelopes = fc.record(
      {
        payload: fc.jsonValue(),
        id: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/),
        maxAttempts: fc.integer({ min: 1, max: 100 }),
      },
      { requiredKeys: ['payload'] },
    );
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const body = encodeEnvelope(envelope, 'send-email', NOW);
        expect(JSON.stringify(decode(body))).toBe(JSON.stringify(envelope));
      }),
    );
    expect(() => encodeEnvelope({ payload: 1, id: 'a b' }, 'send-email', NOW)).toThrow(InvalidMessageError);
    expect(() => encodeEnvelope({ payload: undefined }, 'send-email', NOW)).toThrow(InvalidMessageError);
  });
});
