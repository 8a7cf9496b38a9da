import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from '../../../lib/contract/envelope.ts';
import { InvalidMessageError } from '../../../lib/contract/errors.ts';

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
    // JavaScript's own parser turns these into the first days of the next month: the job would run on another day.
    ['runAt', ['2027-02-28T23:59:59Z'], ['2026-06-31T00:00:00Z', '2027-02-29T00:00:00Z', '2027-02-30T09:00:00Z']],
    [
      'startBefore',
      ['2027-02-28T23:59:59Z', '2020-01-01T00:00:00Z', '2098-01-01T00:00Z'],
      ['soon', 0, '2026-06-31T00:00:00Z'],
    ],
    ['endBefore', ['2027-02-28T23:59:59Z', '2020-01-01T00:00:00Z', '2098-01-01T00:00Z'], ['soon', null, '2026-05-31']],
    ['createdAt', ['2024-02-29T00:00:00Z'], ['2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-02-30T00:00+02:00']],
    [
      'createdAt',
      ['2026-05-31T00:00:00-00:00'],
      [
        ...['2026-05-31T25:00:00Z', '2026-05-31T23:60:00Z', '2026-05-31T09:00:00', '2026-05-31 09:00:00Z', '', null],
        ...['+002026-05-31T09:00:00Z', '2026-05-31T09:00:00+24:00', '2026-05-31T09:00:00z', '2026-05-31T09:00:00Z '],
      ],
    ],
  ])('takes %s as %o and not as %o', (field, good, bad) => {
    for (const value of good) expect(decode({ payload: 1, [field]: value })).toMatchObject({ [field]: value });
    for (const value of bad) {
      const said = refusal({ payload: 1, [field]: value });
      expect(said).toContain(`"${field}" must be`);
      expect(said).toContain(`got ${JSON.stringify(value).slice(0, 20)}`);
    }
  });

  it.each(['startBefore', 'endBefore'])('refuses %s unless it is later than runAt', (field) => {
    const runAt = '2026-12-01T09:00:00+01:00';
    const at = (time: string) => ({ payload: 1, runAt, [field]: time });
    expect(refusal(at('2026-12-01T08:00:00Z'))).toBe(
      `"${field}" must be later than "runAt", ${runAt}, got "2026-12-01T08:00:00Z"`,
    );
    expect(refusal(at('2026-11-30T08:00:00Z'))).toContain('must be later than "runAt"');
    expect(decode(at('2026-12-01T08:00:00.001Z'))).toMatchObject({ runAt });
  });

  it.each(['v', 'lane', 'sealed', 'tags'])('keeps %s for later', (field) => {
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

  it('may name a time up to a year ahead, leap years included, and not a millisecond more', () => {
    const at = (ms: number) => ({ payload: 1, runAt: new Date(NOW + ms).toISOString() });
    const year = 366 * 24 * 3_600_000;
    expect(decode(at(year))).toEqual(at(year));
    expect(refusal(at(year + 1))).toContain('"runAt" must be at most one year ahead, got "2027-06-02T00:00:00.001Z"');
    expect(refusal(at(2 * year))).toContain('at most one year ahead');
    // Only runAt: a producer's clock is its own.
    expect(decode({ payload: 1, createdAt: '2030-01-01T00:00:00Z' })).toHaveProperty('createdAt');
  });

  it('fills nothing in: defaults are those of the message and the definition', () => {
    expect(Object.keys(decode({ payload: {} }))).toEqual(['payload']);
  });

  it('hands a payload on as it came, whatever its fields are called', () => {
    const payload = '{"__proto__":{"admin":true},"constructor":1,"emoji":"🦊","\\u0000":"\\ud800"}';
    const taken = decode(`{"payload":${payload}}`);
    expect(JSON.stringify(taken.payload)).toBe(payload);
    expect(Object.getPrototypeOf(taken.payload)).toBe(Object.prototype);
    expect(taken.payload).not.toHaveProperty('admin');
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'Payload', '', 'x'.repeat(10_000), '\u0000'])(
    'does not know a field %j',
    (field) => {
      const said = refusal({ payload: 1, [field]: 1 });
      expect(said).toContain(`"${field.slice(0, 64)}" is not a field of the envelope`);
      expect(said.length).toBeLessThan(200);
    },
  );

  it('quotes no more of a wrong value than a line', () => {
    expect(refusal({ payload: 1, id: 'x'.repeat(100_000) }).length).toBeLessThan(200);
  });

  it('takes a body of 1 MiB', () => {
    const body = JSON.stringify({ payload: 'x'.repeat(1_048_576 - 14) });
    expect(Buffer.byteLength(body)).toBe(1_048_576);
    expect(decode(body).payload).toHaveLength(1_048_562);
  });
});

describe('an encoded envelope', () => {
  const word = (longest: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_.:-]{1,${longest}}$`));
  const time = fc
    .date({ min: new Date('2000-01-01'), max: new Date(NOW + 365 * 24 * 3_600_000), noInvalidDate: true })
    .map((date) => date.toISOString());
  const envelopes = fc.record(
    {
      payload: fc.jsonValue(),
      id: word(128),
      key: word(250),
      type: fc.constant('send-email'),
      maxAttempts: fc.integer({ min: 1, max: 100 }),
      createdAt: time,
      runAt: time,
      hops: fc.nat({ max: 100 }),
    },
    { requiredKeys: ['payload'] },
  );

  it('is decoded to what it was', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const body = encodeEnvelope(envelope, 'send-email', NOW);
        expect(decode(body)).toEqual(JSON.parse(JSON.stringify(envelope)));
        expect(encodeEnvelope(decode(body), 'send-email', NOW)).toBe(body);
      }),
    );
  });

  it('with any other field beside is refused', () => {
    const fields = [
      'payload',
      'id',
      'key',
      'type',
      'maxAttempts',
      'createdAt',
      'runAt',
      'hops',
      'startBefore',
      'endBefore',
    ];
    const unknown = fc.string({ unit: 'grapheme' }).filter((name) => !fields.includes(name));
    fc.assert(
      fc.property(envelopes, unknown, (envelope, name) => {
        const body = JSON.stringify(Object.fromEntries([...Object.entries(envelope), [name, 1]]));
        expect(() => decode(body)).toThrow(InvalidMessageError);
      }),
    );
  });

  it.each([
    [{ payload: 1, id: 'a b' }, '"id" must be'],
    [{ payload: undefined }, 'the body has no "payload"'],
    [{ payload: 1, type: 'process-payment' }, '"type" must be "send-email", the type of this queue'],
    [{ payload: 1, runAt: '2028-06-02T00:00:00Z' }, 'at most one year ahead'],
  ])('is refused before it is sent: %o', (envelope, said) => {
    const encode = () => encodeEnvelope(envelope, 'send-email', NOW);
    expect(encode).toThrow(InvalidMessageError);
    expect(encode).toThrow(said);
  });
});
