import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { holds } from '../../../../../lib/testing/aws/dynamodb/expressions.ts';
import { updated } from '../../../../../lib/testing/aws/dynamodb/update-expression.ts';

const item = marshall({ id: 'a', n: 5, word: 'beta', map: { x: 1, y: 2 } });
const placeholders = {
  names: { '#n': 'n', '#word': 'word', '#none': 'none', '#map': 'map' },
  values: marshall({ ':five': 5, ':six': 6, ':alpha': 'alpha', ':be': 'be', ':map': { y: 2, x: 1 } }),
};

describe('conditions', () => {
  test.each([
    ['#n = :five', true],
    ['#n = :six', false],
    ['n < :six', true],
    ['n <= :five AND n >= :five', true],
    ['n > :five', false],
    ['n <> :five', false],
    ['#word > :alpha', true],
    ['#word = :five', false],
    ['#word < :five', false],
    ['#map = :map', true],
    ['n BETWEEN :five AND :six AND word BETWEEN :alpha AND :be', false],
    ['n BETWEEN :five AND :six', true],
    ['n IN (:alpha, :five)', true],
    ['n IN (:alpha, :six)', false],
    ['contains(word, :be)', true],
    ['contains(n, :five)', false],
    ['attribute_exists(id)', true],
    ['attribute_exists(#none)', false],
    ['attribute_not_exists(#none)', true],
    ['#none < :six', false],
    ['begins_with(#word, :be)', true],
    ['NOT begins_with(#word, :be)', false],
    ['attribute_not_exists(id) OR n < :six', true],
    ['n = :six AND n = :six OR n = :five', true],
    ['n = :six AND (n = :six OR n = :five)', false],
    ['( (n = :five) )', true],
  ])('%s', (condition, expected) => {
    expect(holds(condition, item, placeholders)).toBe(expected);
  });

  test('without an item only absence holds', () => {
    expect(holds('attribute_not_exists(id)', undefined, {})).toBe(true);
    expect(holds('attribute_exists(id)', undefined, {})).toBe(false);
  });

  test.each([
    'n =',
    'n = :unknown',
    '#unknown = :five',
    'n = :five :five',
    'map.x = :five',
    'n ! :five',
    'size(n) = :five',
    'map = :five',
    'Status = :five',
  ])('refuses %s', (condition) => {
    expect(() => holds(condition, item, placeholders)).toThrow(/Invalid expression/);
  });
});

describe('updates', () => {
  test.each([
    ['SET #n = :six REMOVE #word, #none', { id: 'a', n: 6, map: { x: 1, y: 2 } }],
    ['SET n = n + :six, word = :alpha', { id: 'a', n: 11, word: 'alpha', map: { x: 1, y: 2 } }],
    ['SET n = if_not_exists(n, :six) - :five', { id: 'a', n: 0, word: 'beta', map: { x: 1, y: 2 } }],
    ['ADD n :five, #none :six REMOVE #map', { id: 'a', n: 10, word: 'beta', none: 6 }],
  ])('%s', (expression, expected) => {
    expect(updated(expression, item, placeholders)).toEqual(marshall(expected));
    expect(item).toEqual(marshall({ id: 'a', n: 5, word: 'beta', map: { x: 1, y: 2 } }));
  });

  test.each([
    'DELETE word :alpha',
    'SET n',
    'ADD word :five',
    'SET none = none + :five',
    'n = :five',
    'SET n = :five REMOVE n',
  ])('refuses %s', (bad) => {
    expect(() => updated(bad, item, placeholders)).toThrow(/Invalid expression/);
  });
});
