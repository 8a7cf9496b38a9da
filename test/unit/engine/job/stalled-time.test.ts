import { describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../../../support/world.ts';

/** Jobs whose first attempt was killed, their messages due again; a lease is out. */
async function stalled(...ids: string[]): Promise<World> {
  const world = makeWorld();
  for (const id of ids) world.send({ id, payload: { do: 'work', seconds: 8 } });
  await world.deliver({ crash: { call: 1, moment: 'after' } });
  await world.clock.advance(world.queue.settings.visibilityTimeoutSeconds * 1000);
  return world;
}

describe('a stalled job', () => {
  test('goes back for a second, without an attempt, if the others left it too little time', async () => {
    const world = await stalled('s');
    world.send({ id: 'a', payload: { do: 'work', seconds: 8 } });
    await world.deliver({ functionTimeoutSeconds: 16 });
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('s')).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 1000);
    await world.drain(60);
    expect(world.job('s')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  });

  test('runs as the second of two only if its whole timeout is left', async () => {
    const world = await stalled('s', 't');
    await world.deliver({ functionTimeoutSeconds: 16 });
    expect(world.starts).toEqual(['s/2']);
    await world.clock.advance(1000);
    await world.deliver({ functionTimeoutSeconds: 25 });
    expect(world.starts).toEqual(['s/2', 't/2']);
  });
});
