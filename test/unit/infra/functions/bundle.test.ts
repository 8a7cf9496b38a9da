import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, expect, test } from 'vitest';
import { BundleOptionsError } from '#sluice/bundle';
import { JobType, type JobTypeProps, Sluice } from '#sluice/infra';
import { cdkJson, plain } from '../support/fixture.ts';
import { ownStack } from '../support/own-stack.ts';

// In the repository, whose packages the handler imports.
const folder = mkdtempSync(join(import.meta.dirname, 'bundled-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'mail.html'), '<p>hello</p>');
writeFileSync(
  join(folder, 'handler.ts'),
  "import mail from './mail.html';\nimport fonts from 'fonts-of-a-layer';\nexport const handler = async () => mail + fonts;\n",
);

/** What lies in the function's folder. */
function bundled(bundle: JobTypeProps['bundle'], entry = join(folder, 'handler.ts')): string[] {
  const app = new App({ context: cdkJson.context });
  const stack = ownStack(app);
  const sluice = new Sluice(stack, 'Jobs', { stage: 'prod', securityChecks: false });
  new JobType(stack, 'Plain', { sluice, definition: plain, entry, ...(bundle !== undefined && { bundle }) });
  const own = join(app.outdir, 'bundles/sluice-prod-plain');
  expect(readFileSync(join(own, 'index.mjs'), 'utf8')).toContain('<p>hello</p>');
  return readdirSync(own, { recursive: true, encoding: 'utf8' });
}

test('a job type says by a property what its bundle needs', () => {
  const bundle = { external: ['fonts-of-a-layer'], loader: { '.html': 'text' }, assets: ['mail.html'] } as const;
  expect(bundled(bundle)).toEqual(['index.mjs', 'mail.html']);
});

test('a setting that is none is refused, with the job type', () => {
  expect(() => bundled({ external: ['not a name'] })).toThrow(BundleOptionsError);
});

test('settings as a property and in a bundle.ts are refused', () => {
  writeFileSync(
    join(folder, 'bundle.ts'),
    "import { defineBundle } from '#sluice/bundle';\nexport const bundle = defineBundle({});\n",
  );
  expect(() => bundled({ external: ['fonts-of-a-layer'] })).toThrow(
    /its settings are given twice, as a property and by .*bundle\.ts: leave one out/,
  );
});
