import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RESTS_ON } from './facts.ts';
import { factsTable } from './markdown.ts';
import { facts, pairs } from './recordings.ts';

const ids = [...pairs, ...facts].map(({ id }) => id);

it('every recording that a fact names is here, with its test and date', () => {
  const named = RESTS_ON.flatMap(({ recordings = [] }) => recordings);
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  for (const { test, validated } of [...pairs, ...facts]) {
    expect(test).toMatch(/test/);
    expect(validated).toMatch(/^(\d{4}-\d\d-\d\d|undated)(, undated)?$/);
  }
});

it('every fact says what stands behind it, and each only once', () => {
  const bare = RESTS_ON.filter(({ recordings, page, reasoning }) => !recordings?.length && !page && !reasoning);
  expect(bare).toEqual([]);
  const told = RESTS_ON.map(({ fact }) => fact);
  expect(told.filter((fact, i) => told.indexOf(fact) !== i)).toEqual([]);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

it('nothing was copied that neither a test nor a fact uses', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));
  const text = sources.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  expect(ids.filter((id) => !text.includes(`'${id}'`))).toEqual([]);
});

it('the README holds this very table', () => {
  expect(factsTable().trim().split('\n').slice(2)).toHaveLength(RESTS_ON.length);
  expect(readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')).toContain(factsTable());
});
