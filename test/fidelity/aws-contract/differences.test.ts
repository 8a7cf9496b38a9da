import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { generatedPart } from '../../support/tools/generated.ts';
import { facts, pairs } from '../recorded/recordings.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { DIFFERENCES } from './differences.ts';
import { differencesTable, MARKS, PAGE } from './markdown.ts';

const ids: readonly string[] = BEHAVIOURS.map(({ id }) => id);
const listed = DIFFERENCES.flatMap(({ on, observed }) =>
  Object.entries(observed).flatMap(([id, seen]) => on.map((name) => ({ id, name, seen }))),
);

it('every behaviour has an id of its own and a source that is there', () => {
  expect(ids.length).toBeGreaterThan(120);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  const recordings = [...pairs, ...facts].map(({ id }) => id);
  const recorded = BEHAVIOURS.flatMap(({ source }) => ('recorded' in source ? [source.recorded] : []));
  expect(recorded.length).toBeGreaterThan(60);
  // A recorded test of which no copy is here is given by its name.
  expect(recorded.filter((name) => !recordings.includes(name) && !/^test_\w+$/.test(name))).toEqual([]);
});

it('every difference is one: of a behaviour that is asked for, and not as on AWS', () => {
  expect(listed.length).toBeGreaterThan(40);
  for (const { id, seen } of listed) {
    const behaviour = BEHAVIOURS.find((one) => one.id === id);
    expect(behaviour, id).toBeDefined();
    expect(isDeepStrictEqual(seen, behaviour?.onAws), id).toBe(false);
  }
});

it('nothing is listed twice, or of what is never asked', () => {
  const names = listed.map(({ id, name }) => `${name}: ${id}`);
  expect(names.filter((one, i) => names.indexOf(one) !== i)).toEqual([]);
  expect(listed.filter(({ name }) => name === 'memory')).toEqual([]);
});

it('the page holds a row for each difference, as the table has it', () => {
  const rows = differencesTable().match(/^\| (MiniStack|LocalStack).+\|$/gm) ?? [];
  expect(rows).toHaveLength(DIFFERENCES.length);
  for (const row of rows) expect(row.split(' | ')).toHaveLength(4);
  expect(generatedPart(readFileSync(PAGE, 'utf8'), MARKS)).toBe(differencesTable());
});
