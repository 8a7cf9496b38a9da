import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consoleLine, newLinkByKey } from '../../../../bin/cli/console.ts';
import { deployed } from './support/deployed.ts';

/** A verb that is interrupted at once ends in good order. */
const interrupted = { signal: AbortSignal.abort() };

test('sluice console prints a link that opens once, and ends well when it is interrupted', async () => {
  const { code, stdout, stderr } = await deployed().run('console --no-open', interrupted);
  expect(code).toBe(0);
  expect(`${stdout}${stderr}`).toMatch(
    /^Console {10}http:\/\/127\.0\.0\.1:\d+\/#k=[\w-]{43} {3}\(opens once within a minute; press c for a new link\)\n$/,
  );
});

test.each(['99999', '-1', 'http', '1.5', ''])('sluice console --port=%s is refused', async (port) => {
  expect(await deployed().argv(['console', '--no-open', `--port=${port}`], interrupted)).toMatchObject({
    ...{ code: 2, stderr: `sluice: --port must be 0 to 65535, got ${port}\n` },
  });
});

test('a port that is taken is named, with the way out', async () => {
  const other = createServer();
  onTestFinished(() => void other.close());
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  expect(await deployed().run(`console --no-open --port ${port}`, interrupted)).toMatchObject({
    ...{ code: 2, stderr: `sluice: port ${port} is in use: leave --port out for a free one\n` },
  });
});

test('the key c is for a terminal alone: a pipe is left as it is', () => {
  const stdin = new PassThrough();
  const newLink = vi.fn();
  newLinkByKey({ stdin }, newLink)();
  stdin.write('c');
  expect([newLink.mock.calls.length, stdin.listenerCount('data')]).toEqual([0, 0]);
});

test('the line of a link says how long it is good for', () => {
  expect(consoleLine('http://127.0.0.1:1/#k=x')).toBe(
    'Console          http://127.0.0.1:1/#k=x   (opens once within a minute; press c for a new link)',
  );
});
