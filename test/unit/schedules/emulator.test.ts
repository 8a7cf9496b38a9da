import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defineProbe } from '../../support/probe.ts';
import { MORNING, made } from './support/made.ts';

const definition = defineProbe();
const IN_UTC = { expression: 'cron(0 7 * * ? *)', payload: { do: 'complete' } } as const;

/** Answers as an emulator's health does; MiniStack alone has a path of its own. */
async function emulator(isMiniStack: boolean): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(isMiniStack && request.url === '/_ministack/health' ? 200 : 404);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('on MiniStack', () => {
  test('a tick has no time: the message’s own id is the job’s', async () => {
    const { world, schedules, tick } = made({}, { endpoint: await emulator(true) });
    await schedules.put(definition, 'morning', IN_UTC);
    for (const time of ['first', 'second']) tick('morning', time);
    await world.drain();
    expect(world.starts).toEqual(['sent-1/1', 'sent-2/1']);
  });

  test('a backfill names its ticks, and warns that those that ran run again', async () => {
    const { world, schedules } = made({}, { endpoint: await emulator(true) });
    await schedules.put(definition, 'morning', IN_UTC);
    const from = new Date(world.clock.now());
    await world.clock.advance(24 * 3600_000);
    expect(await schedules.backfill('probe', 'morning', { from })).toMatchObject({
      ...{ ticks: 1, sent: 1, failed: 0 },
      caution: expect.stringContaining('runs again'),
    });
    await world.drain();
    expect(world.starts).toEqual([expect.stringMatching(/^schedule:morning:\d{4}-\d\d-\d\dT07:00:00Z\/1$/)]);
  });

  test('a zone is refused, since it would be taken for UTC', async () => {
    const { schedules } = made({}, { endpoint: await emulator(true) });
    await expect(schedules.put(definition, 'morning', MORNING)).rejects.toThrow(
      /^MiniStack reads every expression in UTC/,
    );
  });
});

test('on LocalStack, whose Scheduler never fires, a schedule is refused', async () => {
  const { schedules } = made({}, { endpoint: await emulator(false) });
  await expect(schedules.put(definition, 'morning', IN_UTC)).rejects.toThrow(/LocalStack never fires/);
});
