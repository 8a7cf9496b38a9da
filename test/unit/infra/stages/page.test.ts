import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StageProfiles } from '../../../../lib/infra/index.ts';
import { workFolder } from '../../../../localstack/places.ts';
import { codeOf } from '../../../support/page-code.ts';
import { shop } from '../../../support/shop/app.ts';
import { makeApp, synthesize } from '../support/fixture.ts';

async function sampleOfPage(): Promise<StageProfiles> {
  const file = join(await workFolder('samples'), 'stages.ts');
  writeFileSync(file, codeOf({ page: 'lib/infra/stages/README.md', heading: 'Stages in a file', language: 'ts' }));
  return ((await import(file)) as { stages: StageProfiles }).stages;
}

const templates = (context: Record<string, string>, stages: StageProfiles) => {
  const stacks = synthesize(makeApp({ jobs: shop.jobs, context, stages }));
  return Object.fromEntries(Object.entries(stacks).map(([name, { template }]) => [name, template]));
};

test('a stage that moves to the file as the page shows it keeps its templates', async () => {
  const stages = await sampleOfPage();
  const before = {
    ...{ stage: 'prod', region: 'eu-west-1', encryption: 'kms', alarmEmail: 'on-call@example.com' },
    ...{ emailSender: 'jobs@example.com', syncAllowedHosts: 'crm=api.example.com' },
  };
  const after = JSON.stringify(templates({ stage: 'prod' }, stages));
  // The account is new in the entry: it stands where it was asked of CloudFormation, with the same value.
  const known = JSON.stringify(templates({ ...before, account: '111122223333' }, {}));
  expect(after).toBe(known);
  expect(Object.keys(JSON.parse(after))).toEqual(Object.keys(templates(before, {})));
});

test('of the page’s stages only dev goes with its data', async () => {
  const stages = await sampleOfPage();
  const kept = Object.keys(stages).filter((stage) => {
    const { core } = synthesize(makeApp({ jobs: shop.jobs, context: { stage }, stages }));
    return core?.stack.terminationProtection;
  });
  expect(kept).toEqual(['prod']);
});
