import { describe, expect, it } from 'vitest';
import { makeUnderWay } from '../../../lib/engine/under-way.ts';

describe('what is under way', () => {
  it.each([['a'], ['b'], ['c']])('is all but %s once that has ended', (ended) => {
    const underWay = makeUnderWay<string>();
    for (const one of ['a', 'b', 'c']) underWay.add(one);
    underWay.delete(ended);
    expect([...underWay].sort()).toEqual(['a', 'b', 'c'].filter((one) => one !== ended));
  });

  it('stays as it is when something ends that is not in it', () => {
    const underWay = makeUnderWay<string>();
    underWay.add('a');
    underWay.delete('b');
    expect([...underWay]).toEqual(['a']);
  });

  it('is gone through as it was at the beginning: each may end meanwhile', () => {
    const underWay = makeUnderWay<string>();
    for (const one of ['a', 'b', 'c']) underWay.add(one);
    const seen: string[] = [];
    for (const one of underWay) {
      seen.push(one);
      underWay.delete(one);
    }
    expect([seen, [...underWay]]).toEqual([['a', 'b', 'c'], []]);
  });
});
