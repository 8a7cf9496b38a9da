import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';

const define = (options: object) => defineJob({ type: 'a', payload: z.object({}), ...options });

it('extendedFrom names one bucket', () => {
  expect(define({ extendedFrom: { bucket: 'their-bucket' } }).extendedFrom).toEqual({ bucket: 'their-bucket' });
  expect(define({}).extendedFrom).toBeUndefined();
});

it.each([
  ['a text', 'their-bucket'],
  ['no name', {}],
  ['a name that no bucket has', { bucket: 'Their_Bucket' }],
  ['a key', { bucket: 'their-bucket', key: 'a' }],
  ['null', null],
])('extendedFrom is refused of %s', (_, extendedFrom) => {
  expect(() => define({ extendedFrom })).toThrow('a: extendedFrom must be { bucket } with the name of a bucket, got');
});

it('extendedFrom is refused beside accept', () => {
  expect(() => define({ extendedFrom: { bucket: 'their-bucket' }, accept: () => 'drop' })).toThrow(
    'a: extendedFrom does not go with accept: what lies in the bucket must be an envelope',
  );
});
