import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type OwnedProcess, startOwned } from '../../../localstack/owned-process.ts';
import { freePort } from '../../../localstack/places.ts';

/** An emulator that runs this and never answers. */
async function emulator(script: string): Promise<OwnedProcess> {
  const port = await freePort();
  return {
    what: 'The emulator',
    logName: 'owned-process-test',
    command: [process.execPath, '--eval', script],
    env: {},
    scratch: await mkdtemp(join(tmpdir(), 'sluice-owned-')),
    endpoint: `http://127.0.0.1:${port}`,
    longestStartMs: 60_000,
    complaint: /complaint: (?<what>.*)/,
  };
}

const start = async (owned: OwnedProcess, log: (line: string) => void = () => undefined) =>
  startOwned(owned, log).then(
    () => 'it came up',
    (error: Error) => `${error.message}: ${error.cause}`,
  );

it('an emulator that ends as it starts is reported with its code, and its folder is removed', async () => {
  const owned = await emulator('process.exit(3)');
  expect(await start(owned)).toMatch(/^The emulator did not come up.*ended with code 3$/);
  await expect(stat(owned.scratch)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('an emulator that a signal ends as it starts is reported with the signal', async () => {
  const owned = await emulator("process.kill(process.pid, 'SIGKILL')");
  expect(await start(owned)).toMatch(/^The emulator did not come up.*ended by SIGKILL$/);
});

it('a complaint in the output is passed on', async () => {
  const lines: string[] = [];
  await start(await emulator("console.error('ERROR complaint: no table'); process.exit(1)"), (line) =>
    lines.push(line),
  );
  await expect.poll(() => lines).toEqual(['no table']);
});
