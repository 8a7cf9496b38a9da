import { unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from 'vitest';
import { toItem } from '../../../lib/aws/marshal.ts';

test('an item is read as the SDK reads it, every kind of attribute', () => {
  const raw = {
    ...{ text: { S: 'a' }, none: { S: '' }, number: { N: '-1.5e3' }, huge: { N: '12345678901234567890' } },
    ...{ yes: { BOOL: true }, no: { BOOL: false }, nothing: { NULL: true }, bytes: { B: new Uint8Array([1, 2]) } },
    ...{ texts: { SS: ['a', 'b'] }, numbers: { NS: ['1', '2'] }, many: { BS: [new Uint8Array([3])] } },
    map: { M: { S: { S: 'named as a type' }, inner: { M: { n: { N: '7' } } }, empty: { M: {} } } },
    list: { L: [{ S: 'a' }, { N: '1' }, { M: { b: { BOOL: true } } }, { L: [{ NULL: true }] }] },
  };
  const expected = unmarshall(raw, { wrapNumbers: (text: string) => Number(text) });
  expect(toItem(raw)).toEqual(expected);
  expect(expected).toMatchObject({ number: -1500, map: { inner: { n: 7 } }, texts: new Set(['a', 'b']) });
});
