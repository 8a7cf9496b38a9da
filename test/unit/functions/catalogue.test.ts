import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { definitions, JOB_TYPES } from '../../../functions/index.ts';

const folder = new URL('../../../functions/', import.meta.url);
const defined = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/definition.ts`, folder)));

it('lists each folder that has a definition, and no other type', () => {
  expect([...JOB_TYPES].sort()).toEqual(defined.sort());
  expect(new Set(JOB_TYPES).size).toBe(JOB_TYPES.length);
});

it.each(definitions.map(({ type }) => type))('%s has a handler', (type) => {
  expect(existsSync(new URL(`${type}/handler.ts`, folder))).toBe(true);
});
