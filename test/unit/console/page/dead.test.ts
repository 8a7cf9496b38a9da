import { describe, expect, test } from 'vitest';
import type { DeadGroup, DeadJob } from '../../../../lib/console/api.ts';
import { addPage, emptyList, jobsOfGroup, progressWords } from '../../../../lib/console/page/dead/dead-list.ts';
import { filtersOf, NO_FILTERS, queryOf, wordsOf } from '../../../../lib/console/page/dead/filters.ts';
import {
  choiceOf,
  EVERYTHING,
  groupState,
  hindranceOf,
  isSelected,
  NOTHING,
  selectedOf,
  selectionWords,
  withGroup,
  withJobs,
} from '../../../../lib/console/page/dead/selection.ts';

const deadJob = (key: string, over: Partial<DeadJob> = {}): DeadJob => ({
  ...{ type: 'send-email', key, run: 1, jobId: key, reason: 'PermanentError', error: undefined, attempts: 1 },
  ...{ failedAt: '2026-11-30T09:00:00.000Z', undelivered: false, group: 'Bounced' },
  ...over,
});
const groupOf = (error: string, over: Partial<DeadGroup> = {}): DeadGroup => ({
  ...{ type: 'send-email', reason: 'PermanentError', error, jobs: 1, first: '', last: '' },
  ...over,
});
const [a, b, c] = [deadJob('a'), deadJob('b'), deadJob('c', { group: 'Refused' })] as const;
const read = [a, b, c];
const bounced = groupOf('Bounced');

describe('filters in the address', () => {
  test('filters are read from the address, without what is no filter', () => {
    const filters = { type: 'send-email', reason: 'PermanentError', error: 'a&b=ü', since: '24h', key: 'k:1' };
    expect(filtersOf({ ...filters })).toEqual(filters);
    expect(filtersOf({ other: '1', error: '  ' })).toEqual(NO_FILTERS);
  });

  test('a time is asked for as epoch ms, and a text that is none is left out', () => {
    expect(queryOf({ ...NO_FILTERS, since: '2h' }, 10_000_000)).toEqual({ sinceMs: 2_800_000 });
    expect(queryOf({ ...NO_FILTERS, since: '1970-01-01T00:00:01Z' }, 0)).toEqual({ sinceMs: 1000 });
    expect(queryOf({ ...NO_FILTERS, since: 'soon', type: 't' }, 0)).toEqual({ type: 't' });
  });

  test('filters are said in words', () => {
    expect(wordsOf({ ...NO_FILTERS, type: 'send-email', error: '404', since: '1h' })).toBe(
      'of send-email, error has “404”, in the last hour',
    );
  });
});

describe('a selection of a list that grows', () => {
  test('a group that is selected takes in its jobs that are read later', () => {
    const selection = withGroup(NOTHING, bounced, [a], true);
    expect(selectedOf(selection, read)).toEqual([a, b]);
    expect(groupState(selection, [a, b])).toBe('all');
  });

  test('a job that is taken out of a selected group stays out', () => {
    const selection = withJobs(withGroup(NOTHING, bounced, [a, b], true), [a], false);
    expect(selectedOf(selection, read)).toEqual([b]);
    expect(groupState(selection, [a, b])).toBe('some');
    expect(isSelected(withJobs(selection, [a], true), a)).toBe(true);
  });

  test('a group that is taken out of everything leaves the others in', () => {
    const selection = withGroup(EVERYTHING, bounced, [a, b], false);
    expect(selectedOf(selection, read)).toEqual([c]);
    expect(selectedOf(withGroup(selection, bounced, [a, b], true), read)).toEqual(read);
  });

  test('a group of another reason is another group', () => {
    const other = groupOf('Bounced', { reason: 'AttemptsExhausted' });
    expect(selectedOf(withGroup(NOTHING, other, [], true), read)).toEqual([]);
  });

  test('what is selected is said in numbers', () => {
    const counts = { selected: 3, read: 3, isComplete: true, isOfType: true };
    expect(selectionWords(NOTHING, { ...counts, selected: 0 })).toBe('Nothing selected');
    expect(selectionWords(withJobs(NOTHING, [a], true), { ...counts, selected: 1 })).toBe('1 of 3 jobs selected');
    expect(selectionWords(EVERYTHING, counts)).toBe('All 3 jobs selected');
    expect(selectionWords(EVERYTHING, { ...counts, isComplete: false })).toBe(
      'All that match selected: 3 jobs read so far',
    );
    expect(selectionWords(EVERYTHING, { ...counts, isComplete: false, isOfType: false })).toBe(
      'The 3 jobs read so far selected',
    );
  });

  test('all that match is asked for as a filter where a type is chosen', () => {
    const asked = {
      kind: 'redrive',
      selection: EVERYTHING,
      selected: read,
      query: { type: 'send-email', error: '404' },
    } as const;
    expect(choiceOf(asked)).toEqual({ kind: 'redrive', type: 'send-email', filter: { error: '404' } });
  });

  test('all but one, and all of every type, are asked for job by job', () => {
    const but = withJobs(EVERYTHING, [c], false);
    const query = { type: 'send-email' };
    const jobs = [
      { type: 'send-email', key: 'a', run: 1 },
      { type: 'send-email', key: 'b', run: 1 },
    ];
    expect(choiceOf({ kind: 'purge', selection: but, selected: [a, b], query })).toEqual({ kind: 'purge', jobs });
    expect(choiceOf({ kind: 'redrive', selection: EVERYTHING, selected: [a, b], query: {} })).toMatchObject({ jobs });
  });

  test('more than the server takes one by one is said before it is asked for', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => deadJob(String(index)));
    const asked = { kind: 'redrive', selection: EVERYTHING, selected: many } as const;
    expect(hindranceOf({ ...asked, query: {} })).toContain('At most 10,000');
    expect(hindranceOf({ ...asked, query: { type: 'send-email' } })).toBeUndefined();
    expect(hindranceOf({ ...asked, selected: many.slice(1), query: {} })).toBeUndefined();
  });

  test('jobs of two types are sent again at once, and deleted one type at a time', () => {
    const two = [a, deadJob('d', { type: 'sync-data' })];
    const asked = { selection: EVERYTHING, selected: two, query: {} };
    expect(hindranceOf({ ...asked, kind: 'redrive' })).toBeUndefined();
    expect(hindranceOf({ ...asked, kind: 'purge' })).toBe('Only jobs of one type are deleted at a time.');
  });
});

describe('a list that is read page by page', () => {
  test('pages add up, and jobs stand in their groups', () => {
    const list = emptyList();
    addPage(list, { jobs: [a, c], groups: [], read: 2, of: 1200, truncated: false });
    addPage(list, { jobs: [b], groups: [bounced], read: 3, of: 1200, truncated: false });
    expect(jobsOfGroup(list, bounced)).toEqual([a, b]);
    expect(list.jobs).toEqual([a, c, b]);
    expect(progressWords(list, true)).toBe('3 of 1,200 read');
    expect(progressWords(list, false)).toBe('Stopped: 3 of 1,200 read.');
  });
});
