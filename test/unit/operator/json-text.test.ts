import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText, indented, unheldNumber } from '../../../lib/operator/json-text.ts';

const blanks = fc.constantFrom('', ' ', '\n', '\t');

describe('the text of a field', () => {
  it.each([
    ['{"payload":{"n":3889108265204450030},"id":"a"}', '{"n":3889108265204450030}'],
    ['{"id":"a","payload" : [1.0, 2] }', '[1.0, 2]'],
    ['{"payload":1,"payload":2}', '2'],
    ['{"\\u0070ayload":"x"}', '"x"'],
    ['{"a":{"payload":1}}', undefined],
    ['{"a":"payload","b":["payload",1]}', undefined],
    ['[{"payload":1}]', undefined],
    ['"payload"', undefined],
    ['{}', undefined],
  ])('of %s is %s', (text, found) => {
    expect(fieldText(text, 'payload')).toBe(found);
  });

  it('is what JSON.parse reads of it, whatever stands around it', () => {
    void fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), blanks, (fields, payload, blank) => {
        const text = JSON.stringify({ ...fields, payload }, undefined, blank);
        expect(JSON.parse(fieldText(text, 'payload') ?? '')).toEqual(JSON.parse(text).payload);
      }),
    );
  });
});

describe('a number that JavaScript cannot hold', () => {
  it.each([
    ['{"account":3889108265204450030}', 'account'],
    ['[{"a":[1,{"b":9007199254740993}]}]', '0.a.1.b'],
    ['{"a":1e400}', 'a'],
    ['{"a":1e-400}', 'a'],
    ['{"a":12345678901234567.89}', 'a'],
    ['{"a":0.1234567890123456789}', 'a'],
    ['{"a":"3889108265204450030","b":-3889108265204450030}', 'b'],
    ['9007199254740993', 'it'],
    ['9'.repeat(400), 'it'],
    [`{"${'a'.repeat(300)}":1e400}`, 'a'.repeat(200)],
    ['{"a":{"b":1},"c":[{"d":2},"1e5",1e400]}', 'c.2'],
    ['[[1],[2,[3]],1e400]', '2'],
  ])('is found: %s', (text, path) => {
    expect(unheldNumber(text)).toBe(path);
  });

  it.each([
    '{"a":"3889108265204450030","\\"12345678901234567891":1}',
    '9007199254740992',
    '1180591620717411303424',
    '[1.50, 15e-1, 15e-3, 1.50e-7, 1050e-2, 0.0123e1, 0.30000000000000004, 1e21, 1E+5, -0, 0.000, 0e5, 100, 5e-324, 1.7976931348623157e308]',
  ])('is none of %s', (text) => {
    expect(unheldNumber(text)).toBeUndefined();
  });

  it('is none that JavaScript wrote', () => {
    void fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(unheldNumber(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });
});

describe('text over lines', () => {
  it('differs from the given in blanks only', () => {
    expect(indented('{"n":3889108265204450030,"e":1.0e2,"a":[],"o":{},"l":["\\u00e9, {"]}')).toBe(
      '{\n  "n": 3889108265204450030,\n  "e": 1.0e2,\n  "a": [],\n  "o": {},\n  "l": [\n    "\\u00e9, {"\n  ]\n}',
    );
  });

  it('is what JSON.stringify writes', () => {
    void fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(indented(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
      }),
    );
  });
});
