import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { notJsonAt } from '../../../lib/operator/json-place.ts';

describe('a text that is not JSON is wrong at', () => {
  test.each([
    ["{'a':1}", "column 2 has '"],
    ['no json', 'column 1'],
    ['{"a":1', 'it ends at column 7, and more must follow'],
    ['{"a":"secret', 'it ends at column 13, and more must follow'],
    ['', 'it ends at column 1, and more must follow'],
    ['{"a":1,}', 'column 8 has }'],
    ['[1 2]', 'column 4'],
    ['{"a" 1}', 'column 6'],
    ['{1:2}', 'column 2'],
    ['{\n  "a": 1,\n  "b": truth\n}', 'line 3, column 8'],
    ['{\n  "a": "b\n"}', 'line 2, column 10'],
    ['{"a":1}}', 'column 8 has }'],
    ['["\\x"]', 'column 3 has \\'],
    ['\u00a0{}', 'column 1'],
    ['{"a":1}\n', undefined],
  ])('%j', (text, place) => expect(notJsonAt(text)).toBe(place));

  test('no place, where JSON.parse takes it, and at one where it does not', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]:,"\\ 01-.eEtrufalsn\n'), fc.boolean())
      .map(
        ([json, at, put, replaces]) =>
          `${json.slice(0, at % (json.length + 1))}${put}${json.slice((at % (json.length + 1)) + (replaces ? 1 : 0))}`,
      );
    void fc.assert(
      fc.property(fc.oneof(broken, fc.json()), (text) => {
        expect(notJsonAt(text) === undefined, text).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
