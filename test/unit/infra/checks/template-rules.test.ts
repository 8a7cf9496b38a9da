import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { JobResources } from '../../../../lib/infra/job/job-resources.ts';
import { jobs, makeApp, plain } from '../support/fixture.ts';

const home = mkdtempSync(join(tmpdir(), 'sluice-rules-'));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const entry = jobs[0]?.entry ?? '';
const name = `mine-${randomUUID()}`;
const right: JobResources = ({ scope }) => void new CfnQueue(scope, 'Mine', { queueName: name });
const wrong: JobResources = ({ scope }) => {
  new CfnQueue(scope, 'Mine', { queueName: name }).addPropertyOverride('VisibilityTimeout', 99_999);
};

/** What the CDK's rules of CloudFormation say of so many job types, of which the first one does this; empty if nothing. */
function said(resources: JobResources, types = 1): string {
  const more = Array.from({ length: types - 1 }, (_, i) => ({
    definition: defineJob({ type: `type-${i}`, payload: z.unknown() }),
    entry,
  }));
  try {
    makeApp({ jobs: [{ definition: plain, entry, resources }, ...more] }).synth();
    return '';
  } catch (error) {
    return (error as Error).message.replaceAll(/[\s│]+/g, ' ');
  }
}

const kept = () => readdirSync(join(home, 'node_modules/.cache/sluice/templates'));
const REFUSED = /VisibilityTimeout: 99999 is greater than the maximum of 43200 \(CloudFormation Validate\)/;

// Nothing of another run is kept there.
beforeEach(() => {
  vi.spyOn(process, 'cwd').mockReturnValue(home);
  vi.stubEnv('CDK_VALIDATION', undefined);
});

test('CloudFormation’s rules are kept for templates in order, and refuse one that is not each time', () => {
  expect(said(wrong)).toMatch(REFUSED);
  // Core's alone.
  expect(kept()).toHaveLength(1);
  expect(said(wrong)).toMatch(REFUSED);
  expect(said(right)).toBe('');
  expect(kept()).toHaveLength(2);
}, 120_000);

test('CloudFormation’s rules are asked in a process of their own for a large app, with the same answer', () => {
  expect(said(wrong, 11)).toMatch(REFUSED);
  expect(kept()).toHaveLength(11);
}, 120_000);
