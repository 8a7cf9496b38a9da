import { expect, it } from 'vitest';
import { checkRequests } from '../../../lib/testing/aws/request-check.ts';
import { simulateSeed } from '../../faults/simulation/one-seed.ts';
import { refusedRequests } from '../../support/requests.ts';
import { refusalsOf } from './validate.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

it.each([
  [false, false],
  [true, false],
  [false, true],
])(
  'every request of eight schedules is one that AWS takes (flows: %s, without a claim: %s)',
  async (flows, optimistic) => {
    const counts = new Map<string, number>();
    const before = checkRequests((call) => {
      counts.set(call.name, (counts.get(call.name) ?? 0) + 1);
      before?.(call);
    });
    try {
      for (const seed of SEEDS)
        expect(await simulateSeed(seed, { flows, optimistic, breaker: false, shrinks: false, often: undefined })).toBeUndefined();
    } finally {
      checkRequests(before);
    }
    expect(refusedRequests()).toEqual([]);
    for (const name of ['SendMessageBatch', 'BatchExecuteStatement', 'BatchGetItem', 'PutEvents'])
      expect(counts.get(name), name).toBeGreaterThan(4);
  },
);

it('a request without a model is left to the in-memory AWS', () => {
  expect(refusalsOf('StartMessageMoveTask', { SourceArn: 5 })).toEqual([]);
});
