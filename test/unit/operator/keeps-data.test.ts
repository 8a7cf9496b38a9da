import { expect, test } from 'vitest';
import { keepsData } from '../../../lib/operator/index.ts';
import { deployed } from './support/doctor.ts';

const CORE = 'sluice-test-core';

test.each([
  [false, '{"disposable":true,"encrypted":false}'],
  [true, '{"disposable":false}'],
  [true, '{}'],
  [true, 'null'],
  [true, 'of another version'],
])('that a stage keeps its data is %s by the output %s', async (keeps, StageSettings) => {
  const { plane, stage } = deployed();
  plane.outputs.set(CORE, { JobsTableName: 'x', StageSettings });
  expect(await keepsData(stage)).toBe(keeps);
});

test.each([false, true])('a core of an earlier version keeps its data if it is protected: %s', async (isProtected) => {
  const { plane, stage } = deployed();
  if (isProtected) plane.isProtected.add(CORE);
  expect(await keepsData(stage)).toBe(isProtected);
});

test('a stage of which nothing can be read keeps its data', async () => {
  const { plane, stage } = deployed();
  plane.stacks.delete(CORE);
  expect(await keepsData(stage)).toBe(true);
  const cloudFormation = { send: async () => ({}) } as never;
  expect(await keepsData({ ...stage, aws: { ...stage.aws, cloudFormation } })).toBe(true);
});
