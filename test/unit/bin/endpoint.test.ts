import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSluice, type Sluice } from '../../support/cli.ts';

const USER = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1' };
const SETTINGS = { ...USER, AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' };

let sluice: Sluice & { home: string };
beforeAll(async () => {
  sluice = await makeSluice(SETTINGS);
});
afterAll(() => rm(sluice.home, { recursive: true }));

test.each([
  ['--endpoint', ['--endpoint', 'http://127.0.0.1:9'], {}],
  ['AWS_ENDPOINT_URL', [], { AWS_ENDPOINT_URL: 'http://localhost:9/' }],
])('an emulator at %s is asked, whatever endpoints the user has of AWS', async (_, options, env) => {
  const { code, stderr } = await sluice(['queues', ...options], { env });
  expect([code, stderr]).toEqual([5, expect.stringMatching(/^sluice: no answer from AWS at http:.*ECONNREFUSED/)]);
});

test('another endpoint is refused with the setting that it does not go with', async () => {
  const { code, stderr } = await sluice(['queues', '--endpoint', 'http://sqs.invalid']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(
      /^sluice: the SDK refuses http:\/\/sqs\.invalid: .*FIPS and custom endpoint.*\n {2}unset AWS_USE_FIPS_ENDPOINT/,
    ),
  ]);
});
