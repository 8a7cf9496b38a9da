import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, cut, cutAsTheyCome, type Fits } from '../../../lib/aws/cut.ts';

interface Entry {
  readonly bytes: number;
  readonly queue: string;
}

const fits: Fits<Entry> = (call, { bytes, queue }) =>
  call.length < 3 && call[0]?.queue === queue && bytesOf(call) + bytes <= 10;

const entries = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 12 }), queue: fc.constantFrom('a', 'b') }));

describe('entries that are cut into calls', () => {
  test.each([
    ['at once', (all: readonly Entry[]) => cut(all, fits)],
    ['as they come', (all: readonly Entry[]) => [...cutAsTheyCome(all, fits)]],
  ])(
    '%s keep their number and, within a queue and a call, their order; each call is within its limits',
    (_, inCalls) => {
      fc.assert(
        fc.property(entries, (all) => {
          const calls = inCalls(all);
          expect(calls.flat().toSorted(byPlace(all))).toEqual(all);
          for (const call of calls) {
            expect(call.toSorted(byPlace(all))).toEqual(call);
            for (const [i, entry] of call.entries()) if (i > 0) expect(fits(call.slice(0, i), entry)).toBe(true);
          }
        }),
      );
    },
  );

  test('at once fill the first call that has room', () => {
    const [a, b] = [
      { bytes: 4, queue: 'a' },
      { bytes: 4, queue: 'b' },
    ];
    expect(cut([a, b, a, b, a], fits)).toEqual([[a, a], [b, b], [a]]);
  });

  test('as they come are asked for one call ahead, however many there are', () => {
    let asked = 0;
    function* endless() {
      for (;;) {
        asked++;
        yield { bytes: 1, queue: 'a' };
      }
    }
    const [first] = cutAsTheyCome(endless(), fits);
    expect(first).toHaveLength(3);
    expect(asked).toBe(4);
  });
});

const byPlace = (all: readonly Entry[]) => (one: Entry, other: Entry) => all.indexOf(one) - all.indexOf(other);
