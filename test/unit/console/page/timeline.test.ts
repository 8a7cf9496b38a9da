import { describe, expect, test } from 'vitest';
import type { TimelineEntry } from '../../../../lib/console/api.ts';
import { attemptsOf, attemptTitle, withOlder } from '../../../../lib/console/page/job/timeline.ts';

const entry = (kind: TimelineEntry['kind'], over: Partial<TimelineEntry> = {}): TimelineEntry => ({
  ...{ atMs: 1, kind, run: 1, text: kind },
  ...over,
});
const said = (entries: readonly TimelineEntry[]): readonly string[] =>
  attemptsOf(entries).map((one) => `${attemptTitle(one, true)}: ${one.entries.map(({ kind }) => kind).join(' ')}`);

describe('a timeline by attempts', () => {
  test('entries of an attempt stand together, and what follows it without an attempt stands with it', () => {
    const entries = [
      entry('started', { attempt: 2 }),
      entry('released'),
      entry('parked'),
      entry('failed', { attempt: 1 }),
      entry('started', { attempt: 1 }),
      entry('created'),
    ];
    expect(said(entries)).toEqual([
      'Run 1, attempt 2: started',
      'Run 1, attempt 1: released parked failed started',
      'Run 1, before its first attempt: created',
    ]);
  });

  test('a redrive begins a run of its own', () => {
    const entries = [entry('redriven', { run: 2 }), entry('dead', { attempt: 5 }), entry('started', { attempt: 5 })];
    expect(said(entries)).toEqual(['Run 2, before its first attempt: redriven', 'Run 1, attempt 5: dead started']);
  });

  test('a run is named where there is more than one', () => {
    expect(attemptTitle({ run: 1, attempt: 2, entries: [] }, false)).toBe('Attempt 2');
    expect(attemptTitle({ run: 1, attempt: undefined, entries: [] }, false)).toBe('Before its first attempt');
  });

  test('an older page adds only what is new', () => {
    const [newest, old] = [entry('started', { atMs: 2 }), entry('created')];
    expect(withOlder([newest, old], [old, entry('parked', { atMs: 0 })])).toHaveLength(3);
  });
});
