import { afterAll, expect, it } from 'vitest';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';
import { startGate } from './gate.ts';

const server = await startServer((_, response) => void response.end('hello'));
const gate = await startGate(server.port);
const ask = () => fetch(`http://127.0.0.1:${gate.port}`).then((answer) => answer.text());

afterAll(async () => {
  await gate.shut();
  await server.stop();
});

it('an open gate passes requests; a shut gate refuses connections', async () => {
  expect(await ask()).toBe('hello');
  await gate.shut();
  await expect(ask()).rejects.toThrow('fetch failed');
  await gate.open();
  expect(await ask()).toBe('hello');
});

it('a gate that shuts cuts the open connections', async () => {
  const slow = await startServer(() => undefined);
  const slowGate = await startGate(slow.port);
  const asked = fetch(`http://127.0.0.1:${slowGate.port}`);
  const outcome = expect(asked).rejects.toThrow('fetch failed');
  await slowGate.shut();
  await outcome;
  await slow.stop();
});
