import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { inDepth } from '../../support/depth.ts';
import { jobs, makeApp, synthesize } from './support/fixture.ts';

const HASH = /[0-9a-f]{64}/g;

/** Core's template beside so many job types, without the hashes of its code. */
function coreBeside(types: number): string {
  const many = Array.from({ length: types }, (_, i) => ({
    definition: defineJob({ type: `type-${i}`, payload: z.unknown() }),
    entry: jobs[0]?.entry ?? '',
  }));
  const app = makeApp({ jobs: many, context: { stage: 'prod' } });
  // The other templates take most of the time, and are not looked at.
  for (const { id } of app.node.children.map(({ node }) => node)) {
    if (id !== 'sluice-prod-core') app.node.tryRemoveChild(id);
  }
  const { template } = synthesize(app).core ?? {};
  return JSON.stringify(template, undefined, 1).replaceAll(HASH, '<hash>');
}

const MANY = inDepth(300, 75);

test(`core’s template is the same beside 4 and beside ${MANY} job types, and far from what AWS takes`, () => {
  const few = coreBeside(4);
  expect(few).toContain('sluice-prod-dispatcher');
  expect(few).not.toContain('type-');
  expect(coreBeside(MANY)).toBe(few);
  expect(few.length).toBeLessThan(60_000);
}, 120_000);
