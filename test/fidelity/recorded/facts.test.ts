import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedPart } from '../../support/tools/generated.ts';
import { RESTS_ON } from './facts.ts';
import { factsTable, MARKS, PAGE } from './markdown.ts';
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
  const named = RESTS_ON.map(({ fact }) => fact);
  expect(named.filter((fact, i) => named.indexOf(fact) !== i)).toEqual([]);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

it('nothing was copied that neither a test nor a fact uses', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));
  const text = sources.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  expect(ids.filter((id) => !text.includes(`'${id}'`))).toEqual([]);
});

it('the page holds a row for each fact, as the table has it', () => {
  expect(factsTable().match(/^\| [A-Z].+\|$/gm)).toHaveLength(RESTS_ON.length);
  expect(generatedPart(readFileSync(PAGE, 'utf8'), MARKS)).toBe(factsTable());
});
