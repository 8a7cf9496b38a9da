import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { cdkJson } from './support/fixture.ts';

const path = createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json');
const recommended = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

test('cdk.json carries every feature flag that this aws-cdk-lib recommends', () => {
  expect(Object.keys(recommended).length).toBeGreaterThan(80);
  expect(cdkJson.context).toMatchObject(recommended);
});

test('findings of the CDK’s own CloudFormation rules fail the synthesis', () => {
  expect(cdkJson.context['@aws-cdk/core:validateAgainstDefaultRules']).toBe(true);
});
