import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SOON_FOUND } from './mutants/find-each.ts';
import { MUTANTS } from './mutants/plant.ts';

const sourceOf = (file: string) => readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');

it.each(MUTANTS)('the lines that "$defect" replaces stand once each', ({ edits }) => {
  const counts = edits.map(({ file, from }) => [file, from, sourceOf(file).split(from).length - 1]);
  expect(counts).toEqual(edits.map(({ file, from }) => [file, from, 1]));
});

it('the few that npm test tries are among them', () => {
  expect(SOON_FOUND).toHaveLength(20);
  expect(SOON_FOUND.filter((defect) => !MUTANTS.some((mutant) => mutant.defect === defect))).toEqual([]);
});
