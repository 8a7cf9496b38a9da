import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/index.ts';
import { createProducer, type Producer } from '../../../lib/producer/index.ts';
import { codeOf } from '../../support/page-code.ts';
import { makeWorld, STAGE } from '../../support/world.ts';

const sendCode = defineJob({
  type: 'send-code',
  payload: z.object({ to: z.string(), code: z.string() }),
  startWithinSeconds: 120,
});

async function send({ enqueue }: Pick<Producer, 'enqueue'>, inAMinute: Date, midnight: Date): Promise<void> {
  const [to, code] = ['ada@example.com', '271828'];
  await enqueue(sendCode, { to, code }, { startBefore: inAMinute, endBefore: midnight });
}

afterEach(() => void vi.useRealTimers());

it.each([
  [59, 'COMPLETED', 1],
  [60, 'EXPIRED', 0],
])('the pages about jobs that expire show what runs: after %i s the job is %s', async (seconds, status, starts) => {
  const world = makeWorld({ definition: sendCode, perform: () => undefined });
  const born = world.clock.now();
  vi.useFakeTimers({ toFake: ['Date'], now: born });
  const producer = createProducer({ stage: STAGE, client: world.sqs.client });
  await send(producer, new Date(born + 60_000), new Date(born + 3_600_000));
  const { id } = JSON.parse(world.queue.messages()[0]?.body ?? '{}') as { id: string };
  await world.clock.advance(seconds * 1000);
  await world.deliver();
  expect([world.job(id)?.status, world.starts.length]).toEqual([status, starts]);
});

it('is on the pages as it stands here', () => {
  const here = readFileSync(new URL(import.meta.url), 'utf8');
  const definition = codeOf({ page: 'functions/README.md', heading: 'Jobs that expire', language: 'ts' });
  const sending = codeOf({ page: 'lib/producer/README.md', heading: 'Jobs that expire', language: 'ts' });
  expect(here).toContain(definition.replace('export ', '').trim());
  expect(here).toContain(sending.trim());
});
