import { describe, expect, it } from 'vitest';
import { sortAfterClick, sortedBy } from '../../../../lib/console/page/base/sorting.ts';

describe('rows in order of a column', () => {
  it('have those without a value last, in either direction', () => {
    const rows = [{ n: 2 }, { n: undefined }, { n: 10 }];
    expect(sortedBy(rows, ({ n }) => n).map(({ n }) => n)).toEqual([2, 10, undefined]);
    expect(sortedBy(rows, ({ n }) => n, true).map(({ n }) => n)).toEqual([10, 2, undefined]);
  });

  it('have names in the order that people expect, and equal rows as they were', () => {
    const rows = ['job-10', 'Job-9', 'alpha', 'job-9'];
    expect(sortedBy(rows, (row) => row)).toEqual(['alpha', 'Job-9', 'job-9', 'job-10']);
  });
});

describe("a click on a column's head", () => {
  it('sorts numbers from the largest, names from the first, and turns round what it sorted before', () => {
    const byDepth = sortAfterClick(undefined, 'depth', true);
    expect(byDepth).toEqual({ column: 'depth', descending: true });
    expect(sortAfterClick(byDepth, 'depth', true)).toEqual({ column: 'depth', descending: false });
    expect(sortAfterClick(byDepth, 'type', false)).toEqual({ column: 'type', descending: false });
  });
});
