import { describe, expect, it } from 'vitest';
import type { AlarmView, Overview } from '../../../../lib/console/api.ts';
import { sparkPath } from '../../../../lib/console/page/base/spark-path.ts';
import { knownAfter, NOTHING_KNOWN, rowsOf, totalsOf, troublesIn } from '../../../../lib/console/page/overview/rows.ts';

const about = (type: string, more = {}) => ({
  ...{ type, deployed: true, inCatalogue: true, retired: false, hasSchedules: false, inFlows: false },
  ...more,
});
const counts = (type: string, depth: number) => ({ type, depth, inFlight: 1, delayed: 0 });
const lists = (type: string, dead: number) => ({ type, parked: 2, dead, parkedMore: false, deadMore: dead > 9 });
const alarm = (more: Partial<AlarmView>): AlarmView => ({
  ...{ name: 'n', state: 'ALARM', sinceMs: 0, what: 'w', todo: 't' },
  ...more,
});
const overview = (parts: Partial<Overview>): Overview => ({
  ...{ counts: {}, deadLetters: {}, states: {}, lists: {}, ages: {}, alarms: {} },
  ...parts,
});

describe('rows of the overview', () => {
  it('have types with alarms and dead letters first, then those that are paused or have dead jobs, then by name', () => {
    const types = ['calm', 'dead', 'letters', 'alarm', 'paused', 'also-calm'].map((type) => about(type));
    const read = overview({
      states: { data: { calm: 'running', paused: 'paused' } },
      lists: { data: [lists('dead', 1)] },
      deadLetters: { data: [{ type: 'letters', dlq: 4 }] },
      alarms: { data: [alarm({ type: 'alarm' }), alarm({ type: 'calm', state: 'OK' })] },
    });
    const rows = rowsOf(types, read, knownAfter(NOTHING_KNOWN, read));
    expect(rows.map(({ type, problem }) => `${type} ${problem}`)).toEqual([
      ...['alarm bad', 'letters bad', 'dead attention', 'paused attention', 'also-calm none', 'calm none'],
    ]);
  });

  it('say of a type that is not deployed just that', () => {
    const [row] = rowsOf([about('new', { deployed: false })], overview({}), NOTHING_KNOWN);
    expect(row).toMatchObject({ state: 'not deployed', problem: 'none', counts: undefined });
  });

  it('find nothing odd in a retired type that is paused', () => {
    const read = overview({ states: { data: { old: 'paused' } } });
    expect(rowsOf([about('old', { retired: true })], read, NOTHING_KNOWN)).toMatchObject([{ problem: 'none' }]);
  });

  it('keep the counts of types that are no longer in view', () => {
    const first = knownAfter(NOTHING_KNOWN, overview({ counts: { data: [counts('a', 5)], asOfMs: 1 } }));
    const second = knownAfter(first, overview({ counts: { data: [counts('b', 7)], asOfMs: 2 } }));
    expect(rowsOf([about('a'), about('b')], undefined, second).map((row) => row.counts?.depth)).toEqual([5, 7]);
  });

  it('take a sample for each new look, and none when the same look is read twice', () => {
    const look = (depth: number, asOfMs: number) => overview({ counts: { data: [counts('a', depth)], asOfMs } });
    const known = [look(1, 10), look(1, 10), look(3, 20)].reduce(knownAfter, NOTHING_KNOWN);
    expect(known.depths.get('a')).toEqual([1, 3]);
  });

  it('add up to totals, which say that there is more where a type was not counted, or not to its end', () => {
    const read = overview({
      counts: { data: [counts('a', 5)], asOfMs: 1 },
      lists: { data: [lists('a', 1), lists('b', 10)] },
    });
    const rows = rowsOf([about('a'), about('b')], read, knownAfter(NOTHING_KNOWN, read));
    expect(totalsOf(rows)).toEqual({
      depth: { of: 5, isMore: true },
      inFlight: { of: 1, isMore: true },
      parked: { of: 4, isMore: false },
      dead: { of: 11, isMore: true },
    });
    expect(totalsOf([]).depth).toEqual({ of: undefined, isMore: false });
  });

  it('say once what several parts cannot read', () => {
    const trouble = { kind: 'throttled', message: 'Rate exceeded' } as const;
    expect(troublesIn(overview({ counts: { trouble }, lists: { trouble } }))).toEqual([trouble]);
  });
});

describe('a sparkline', () => {
  it('ends at the right, its most at the top, nothing at the bottom', () => {
    expect(sparkPath([0, 10], { width: 100, height: 20, places: 2 })).toBe('M1.5 18.5L98.5 1.5');
    expect(sparkPath([0, 0], { width: 100, height: 20, places: 12 })).toMatch(/^M89\.7 18\.5L98\.5 18\.5$/);
    expect(sparkPath([4], { width: 100, height: 20, places: 2 })).toBe('');
  });
});
