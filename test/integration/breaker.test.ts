import { expect, it } from 'vitest';
import { breakerId } from '../../lib/contract/definition/breaker.ts';
import { METRICS, names } from '../../lib/contract/names.ts';
import type { BreakerItem } from '../../lib/contract/protocol/breaker-item.ts';
import { STAGE } from './global-setup.ts';
import { linesOf } from './support/logs.ts';
import { envelope, eventually, itemOf, newId, rowOf, sendTogether } from './support/world.ts';

const type = 'probe-breaker';
const OF_BREAKERS = [METRICS.breakerOpen, METRICS.breakerOpened, METRICS.breakerClosed];
const breaker = async () => (await rowOf(breakerId(type))) as BreakerItem | undefined;

it('a breaker opens when its third party fails, and a probe that succeeds closes it without a spent attempt', async () => {
  const ids = [newId(), newId(), newId()];
  const down = { do: 'fail' as const, name: 'ThirdPartyDown' };
  await sendTogether(
    ids.map((id) => envelope(id, [down, { do: 'complete' }])),
    type,
  );
  const opened = await eventually(async () => {
    const item = await breaker();
    return item?.openedAt !== undefined && item;
  }, 'an open breaker');
  const closed = await eventually(async () => {
    const item = await breaker();
    return item?.closedAt !== undefined && item;
  }, 'a closed breaker');
  expect(closed).toMatchObject({ openedAt: opened.openedAt });
  expect(['closing', 'closed']).toContain(closed.state);
  const items = await Promise.all(ids.map((id) => itemOf(id, type)));
  // The probe's was the second attempt. The others wait with the one that failed.
  expect(items.filter((item) => item?.status === 'COMPLETED').map((item) => item?.attempts)).toContain(2);
  const lines = await eventually(async () => {
    const text = (await linesOf(names.consumer(STAGE, type))).join('\n');
    return OF_BREAKERS.every((name) => text.includes(`"${name}":`)) && text;
  }, 'its metrics');
  for (const event of ['breaker.opened', 'breaker.closed']) expect(lines).toContain(event);
  for (const item of items) if (item?.status === 'RETRYING') expect(item.attempts).toBe(1);
});
