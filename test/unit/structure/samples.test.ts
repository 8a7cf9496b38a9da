import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeOf } from '../../support/page-code.ts';

it('the page about tests shows the test that runs', () => {
  const example = readFileSync(new URL('../testing/test-job/example.test.ts', import.meta.url), 'utf8');
  const shown = codeOf({ page: 'lib/testing/README.md', heading: 'testJob', language: 'ts' });
  expect(shown).toBe(example.slice(example.indexOf('async function perform')));
});

it('the front page sends with the command that the producer’s page shows and a test runs', () => {
  const command = { language: 'bash', having: 'sqs send-message' };
  const front = codeOf({ page: 'README.md', heading: 'Send a job', ...command });
  expect(front).toBe(codeOf({ page: 'lib/producer/README.md', heading: 'Any language', ...command }));
});
