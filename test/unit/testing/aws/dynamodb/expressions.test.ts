import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { holds } from '../../../../../lib/testing/aws/dynamodb/expressions.ts';
import { updated } from '../../../../../lib/testing/aws/dynamodb/update-expression.ts';

const item = marshall({ id: 'a', n: 5, word: 'beta', map: { x: 1, y: 2 } });
const placeholders = {
  names: { '#n': 'n', '#word': 'word', '#none': 'none', '#map': 'map' },
  values: marshall({ ':five': 5, ':six': 6, ':alpha': 'alpha', ':be': 'be', ':map': { y: 2, x: 1 } }),
};

const rich = marshall({
  id: 'a',
  ...{ elems: [1, 'b', { x: [3] }], tags: new Set(['a', 'b']), ns: new Set([1, 2]), octets: new Uint8Array([1, 2]) },
  ...{ box: { x: 1, core: { y: 'z' } }, word: 'beta', no: null, yes: true },
});
const more = {
  names: { '#x': 'x', '#1': 'core' },
  values: marshall({
    ...{
      ':0': 0,
      ':1': 1,
      ':2': 2,
      ':3': 3,
      ':4': 4,
      ':z': 'z',
      ':a': 'a',
      ':L': 'L',
      ':SS': 'SS',
      ':M': 'M',
      ':what': '?',
    },
    ...{
      ':tags': new Set(['b', 'a']),
      ':c': new Set(['c', 'a']),
      ':both': new Set(['a', 'b', 'c']),
      ':byte': new Uint8Array([2]),
    },
    ...{ ':elems': ['n', 'm'], ':empty': [], ':five': new Set([1, 5]), ':box': { k: 1 } },
  }),
};

describe('conditions', () => {
  test.each([
    ['size(elems) = :3', true],
    ['size(tags) < :3 AND size(box) BETWEEN :1 AND :2', true],
    ['size(word) = :4 AND size(octets) IN (:1, :2)', true],
    ['size(yes) >= :0', false],
    ['size(gone) >= :0', false],
    [':3 > size(ns)', true],
    ['attribute_type(elems, :L) AND attribute_type(tags, :SS) AND attribute_type(box.#1, :M)', true],
    ['attribute_type(gone, :L)', false],
    ['box.x = :1 AND box.#1.y = :z', true],
    ['elems[0] = :1 AND elems[2].#x[0] = :3', true],
    ['attribute_not_exists(elems[3]) AND attribute_not_exists(box.gone.x) AND attribute_exists(box.#1)', true],
    ['tags = :tags', true],
    ['contains(tags, :a) AND contains(ns, :2) AND contains(elems, :1) AND contains(octets, :byte)', true],
    ['octets < :byte', true],
  ])('%s of maps, lists and sets', (condition, expected) => {
    expect(holds(condition, rich, more)).toBe(expected);
  });

  test.each([
    ['9007199254740993', '9007199254740992'],
    ['0.1', '0.10000000000000000000000000000000000001'],
    ['-3', '-2.9'],
  ])('tell %s from %s', (one, other) => {
    const values = { ':one': { N: one }, ':other': { N: other } };
    expect(holds(':one = :other', {}, { values })).toBe(false);
    expect(holds(':one < :other', {}, { values })).toBe(Number(one) < Number(other) || one === '0.1');
  });

  test('say of a function that they do not know it', () => {
    expect(() => holds('shape(elems) = :1', rich, more)).toThrow(
      'does not know the form shape(…) in "shape(elems) = :1"',
    );
    expect(() => holds('attribute_type(elems, :what)', rich, more)).toThrow(/Invalid expression/);
  });

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
    'word[x] = :five',
    'n ! :five',
    'size(n = :five',
    'map = :five',
    'Status = :five',
  ])('refuses %s', (condition) => {
    expect(() => holds(condition, item, placeholders)).toThrow(/Invalid expression/);
  });
});

describe('updates', () => {
  test.each([
    ['SET elems = list_append(elems, :elems)', { elems: [1, 'b', { x: [3] }, 'n', 'm'] }],
    [
      'SET elems = list_append(:elems, elems), l2 = list_append(if_not_exists(l2, :empty), :elems)',
      { elems: ['n', 'm', 1, 'b', { x: [3] }], l2: ['n', 'm'] },
    ],
    ['SET box.x = box.x + :2, box.#1.k = :z', { box: { x: 3, core: { y: 'z', k: 'z' } } }],
    ['SET elems[1] = :1, elems[2].#x[0] = :4, elems[9] = :2', { elems: [1, 1, { x: [4] }, 2] }],
    ['REMOVE elems[0], elems[1], box.#1.y, box.gone, elems[7]', { elems: [{ x: [3] }], box: { x: 1, core: {} } }],
    ['SET elems[0] = :2 REMOVE elems[1]', { elems: [2, { x: [3] }] }],
    [
      'ADD tags :c, ns :five, fresh :c, box.x :2',
      {
        tags: new Set(['a', 'b', 'c']),
        ns: new Set([1, 2, 5]),
        fresh: new Set(['c', 'a']),
        box: { x: 3, core: { y: 'z' } },
      },
    ],
    ['DELETE tags :c, ns :five, fresh :c', { tags: new Set(['b']), ns: new Set([2]) }],
    ['DELETE tags :both', { tags: undefined }],
    ['SET box.x = if_not_exists(box.gone, :4) - :1', { box: { x: 3, core: { y: 'z' } } }],
  ])('%s of maps, lists and sets', (expression, changed) => {
    const before = structuredClone(rich);
    const kept = Object.entries(rich).filter(([name]) => !(name in changed));
    const expected = { ...Object.fromEntries(kept), ...marshall(changed, { removeUndefinedValues: true }) };
    expect(updated(expression, rich, more)).toEqual(expected);
    expect(rich).toEqual(before);
  });

  test.each([
    'SET box.x = box.x + :1 - :2',
    'SET gone.x = :1',
    'SET box[0] = :1',
    'SET elems.x = :1',
    'REMOVE gone.x',
    'SET box.x = :1, box = :box',
    'SET box.x = :1, box[0] = :1',
    'SET elems = list_append(elems, :1)',
    'SET box.x = :1 SET word = :z',
    'ADD tags :five',
    'ADD word :c',
    'ADD box.x word',
    'DELETE ns :1',
    'DELETE word :c',
  ])('refuses %s', (bad) => {
    expect(() => updated(bad, rich, more)).toThrow(/Invalid expression: (?!.*reserved)/);
  });

  test('say of a form that they do not know it', () => {
    expect(() => updated('SET word = upper(word)', rich, more)).toThrow('does not know the form upper(…)');
  });

  test.each([
    ['0.1', '0.2', '0.3'],
    ['9007199254740993', '1', '9007199254740994'],
    ['1.005', '-1.005', '0'],
    ['99999999999999999999999999999999999999', '1', '100000000000000000000000000000000000000'],
    ['12345678901234567890.123456789', '0.000000001', '12345678901234567890.12345679'],
    ['-5', '2.50', '-2.5'],
  ])('add %s and %s to %s', (n, one, sum) => {
    expect(updated('ADD n :one', { n: { N: n } }, { values: { ':one': { N: one } } })).toEqual({ n: { N: sum } });
  });

  test.each([
    ['1e50', '1'],
    ['9e125', '9e125'],
  ])('refuse the sum of %s and %s, which has no place in 38 digits', (n, one) => {
    const add = () => updated('SET n = n + :one', { n: { N: n } }, { values: { ':one': { N: one } } });
    expect(add).toThrow('Number overflow');
  });

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
