import { describe, expect, test } from 'vitest';
import { offsetAt, pointerOf, positionAt, replaced, spanOf, stepsOf } from '../../../../lib/console/page/json/place.ts';

const TEXT = `{
  "payload": {
    "to": ["ada@example.com", "b\\"ob"],
    "a/b": { "~": -1.5e3 },
    "deep": { "list": [[], [true, null]] }
  },
  "key": "k"
}`;
const at = (pointer: string): string | undefined => {
  const span = spanOf(TEXT, pointer);
  return span === undefined ? undefined : TEXT.slice(span.start, span.end);
};

describe('where a pointer stands in a text', () => {
  test.each([
    ['/key', '"k"'],
    ['/payload/to/1', '"b\\"ob"'],
    ['/payload/a~1b/~0', '-1.5e3'],
    ['/payload/deep/list/1/1', 'null'],
    ['/payload/deep/list/0', '[]'],
  ])('%s is %s', (pointer, value) => {
    expect(at(pointer)).toBe(value);
  });

  test('a field that is missing is marked at what it is missing from', () => {
    expect(at('/payload/a~1b/subject')).toBe('{ "~": -1.5e3 }');
    expect(at('/payload/to/7')).toBe('["ada@example.com", "b\\"ob"]');
    expect(spanOf(' 12 ', '/a')).toEqual({ start: 1, end: 3 });
  });

  test('the last of two members of one name counts, as the reader takes it', () => {
    const text = '{"a":1,"a":2}';
    expect(spanOf(text, '/a')).toEqual({ start: 11, end: 12 });
  });

  test('a text that is no JSON has no place, and one that breaks later still has', () => {
    expect(spanOf('', '')).toBeUndefined();
    expect(spanOf('{"a": ', '/a')).toBeUndefined();
    expect(spanOf('{"a": [1, 2', '/a')).toBeUndefined();
    expect(spanOf('}', '')).toBeUndefined();
    expect(spanOf('{"a": 1 "b": 2}', '/a')).toEqual({ start: 6, end: 7 });
  });

  test('a body of 100,000 brackets is read without a deep call', () => {
    const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(spanOf(text, '')).toEqual({ start: 0, end: 200_000 });
  });
});

test('positions count from 1, and lead back to the character', () => {
  const offset = TEXT.indexOf('"b\\"ob"');
  const position = positionAt(TEXT, offset);
  expect(position).toEqual({ line: 3, column: 31 });
  expect(offsetAt(TEXT, position)).toBe(offset);
  expect(positionAt(TEXT, 0)).toEqual({ line: 1, column: 1 });
  expect(offsetAt(TEXT, { line: 99, column: 1 })).toBe(TEXT.length);
});

test('steps and pointers are each other`s inverse', () => {
  const steps = ['a/b', '~', '', '0'];
  expect(stepsOf(pointerOf(steps))).toEqual(steps);
  expect(stepsOf('')).toEqual([]);
});

describe('another value in the place of one', () => {
  test('every other character stays as it was', () => {
    const body = '{ "id":"7",  "payload" : {"big": 12345678901234567890} ,"hops":0}';
    expect(replaced(body, '/payload', '{}')).toBe('{ "id":"7",  "payload" : {} ,"hops":0}');
    expect(replaced(body, '', '1')).toBe('1');
  });

  test('a value that is not there is not replaced', () => {
    expect(replaced('{"id":"7"}', '/payload', '{}')).toBeUndefined();
    expect(replaced('[1]', '/payload', '{}')).toBeUndefined();
  });
});
