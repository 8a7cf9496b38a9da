import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Item } from '../../../../../lib/testing/aws/dynamodb/values.ts';
import { byListAt, makeListIndex } from '../../../../../lib/testing/aws/dynamodb/list-index.ts';

const entry = (id: number, list: number, at: number): Item => ({
  id: { S: `job-${id}` },
  listKey: { S: `due#${list}` },
  listAt: { N: String(at) },
});

const step = fc.record({ id: fc.nat(15), list: fc.nat(2), at: fc.nat(10), gone: fc.boolean() });

test('each list is what a sort of its entries gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const index = makeListIndex();
      const shown = new Map<string, Item>();
      for (const { id, list, at, gone } of steps) {
        const item = entry(id, list, at);
        index.set(`job-${id}`, gone ? undefined : item);
        shown.delete(`job-${id}`);
        if (!gone) shown.set(`job-${id}`, item);
      }
      expect(index.all()).toEqual([...shown.values()]);
      for (const name of ['due#0', 'due#1', 'due#2', 'due#3']) {
        const expected = [...shown.values()].filter(({ listKey }) => listKey?.S === name).sort(byListAt);
        expect(index.list(name)).toEqual(expected);
      }
    }),
  );
});

test('entries of one moment and one id, of a table with another key, are told apart', () => {
  const index = makeListIndex();
  const [a, b] = [entry(1, 0, 1), entry(1, 0, 1)];
  index.set('a', a);
  index.set('b', b);
  index.set('b', undefined);
  expect(index.list('due#0')).toEqual([a]);
  expect(index.list('due#0')[0]).toBe(a);
});
