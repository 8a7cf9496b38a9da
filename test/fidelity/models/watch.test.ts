import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { INSTALLED, readClientTypes } from './client-types.ts';
import { WATCHED, watched } from './watch.ts';

const installed = readClientTypes(INSTALLED);

it('every client that is watched is installed, so that npm test reads it too', () => {
  expect(WATCHED.length).toBeGreaterThan(10);
  expect(WATCHED.filter((client) => !existsSync(join(INSTALLED, '@aws-sdk', `client-${client}`)))).toEqual([]);
});

it('the installed clients have moved by nothing', () => {
  expect(watched(installed)).toEqual({
    code: 0,
    text: expect.stringMatching(/clients \(\d+\.\d+\.\d+\): nothing moved$/),
  });
});

it('what moved is named, and the exit code says so', () => {
  const { code, text } = watched({
    ...installed,
    text: (client, at) => installed.text(client, at)?.replaceAll('0 to 900', '0 to 1800'),
    values: (client, name) => [
      ...(installed.values(client, name) ?? []),
      ...(name === 'ScheduleState' ? ['PAUSED'] : []),
    ],
  });
  expect(code).toBe(1);
  expect(text).toContain('✘ DelaySeconds (MAX_DELAY_SECONDS of the contract): ours is 900, AWS says 1800');
  expect(text).toContain('• scheduler ScheduleState has PAUSED, which the model lacks');
  expect(text).toContain('extract.py');
});

it('a registry that is not reachable is an exit code and a sentence', () => {
  const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'watch.ts')], {
    env,
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^npm got no packages: .*\nAWS's newest clients were not read: is npm's registry reachable/);
  expect(status).toBe(2);
});
