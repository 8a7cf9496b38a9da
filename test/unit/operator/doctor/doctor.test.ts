import { describe, expect, test } from 'vitest';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { cancel, doctor, type Finding, scanPrice, tableOf } from '../../../../lib/operator/index.ts';
import { type DeliverOptions, JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const MINUTE_MS = 60_000;
const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

async function look(world: World, check: string, scan = false): Promise<Finding[]> {
  const findings = await doctor(stageOf(world), { definitions: [world.definition], scan });
  return findings.filter((finding) => finding.check === check);
}

async function parked(): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'a', runAt: later(world, 600) });
  await world.deliver();
  return world;
}

describe('doctor', () => {
  test('finds parked jobs that are not released in time', async () => {
    const world = await parked();
    expect(await look(world, 'parked jobs')).toMatchObject([{ level: 'ok', what: '1, none is overdue' }]);
    await world.clock.advance(600_000 + 5 * MINUTE_MS);
    expect(await look(world, 'parked jobs')).toMatchObject([
      {
        level: 'bad',
        what: '1 of probe are overdue, the oldest by 5 minutes',
        todo: expect.stringContaining('sluice-test-dispatcher'),
      },
    ]);
    await world.tick();
    expect(await look(world, 'parked jobs')).toMatchObject([{ level: 'ok' }]);
  });

  test('reports parked jobs whose queue is gone under their type, also while the dispatcher puts them off', async () => {
    const world = await parked();
    const item = world.job('a') as JobItem;
    world.dynamoDb.put(JOBS_TABLE, { ...item, id: 'gone#a', type: 'gone' });
    const gone = {
      level: 'bad',
      what: '1 of gone wait, and its queue is gone',
      todo: expect.stringContaining('npx cdk deploy sluice-test-gone -c stage=test'),
    };
    expect(await look(world, 'parked jobs')).toMatchObject([gone]);
    await world.clock.advance(600_000 + 5 * MINUTE_MS);
    await world.tick();
    expect(await look(world, 'parked jobs')).toMatchObject([gone]);
  });

  test('counts dead letters, and dead letters and events that are pending', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain();
    expect(await look(world, 'dead letters')).toMatchObject([{ level: 'bad', what: 'probe has 1' }]);
    expect(await look(world, 'deaths')).toMatchObject([{ level: 'ok' }]);
    world.alter('a', { undelivered: true });
    expect(await look(world, 'deaths')).toMatchObject([{ level: 'ok' }]);
    await world.clock.advance(61 * MINUTE_MS);
    const note = (what: RegExp) => [{ level: 'note', what: expect.stringMatching(what) }];
    expect(await look(world, 'deaths')).toMatchObject(note(/^1 of probe could not be sent to the dead-letter queue/));
    world.alter('a', { undelivered: 'event' });
    expect(await look(world, 'deaths')).toMatchObject(note(/^1 of probe .* event could not be published/));
  });

  test('compares queues with their definitions', async () => {
    const world = makeWorld();
    expect(await look(world, 'retention')).toMatchObject([{ level: 'ok' }]);
    world.sqs.createQueue('sluice-test-probe', { visibilityTimeoutSeconds: 30, retentionSeconds: 4 * 24 * 3600 });
    const said = (await look(world, 'retention')).map(({ level, what }) => `${level} ${what}`);
    expect(said).toEqual([
      'bad probe keeps messages for 4 days, its definition says 7',
      'bad probe has no redrive policy to its dead-letter queue',
    ]);
  });

  test.each([
    ['runs', { do: 'work', seconds: 1 }],
    ['waits in place', { do: 'fail' }],
  ])('finds a job that %s and whose message was purged, by a scan', async (_, payload) => {
    const world = makeWorld();
    world.send({ id: 'fine' });
    world.send({ id: 'lost', payload });
    await world.drain();
    world.alter('lost', payload.do === 'work' ? { status: 'INPROGRESS', leaseUntil: world.clock.now() } : {});
    world.queue.purge();
    expect(await look(world, 'lost messages', true)).toMatchObject([{ level: 'ok' }]);
    await world.clock.advance(3 * 60 * MINUTE_MS);
    expect(await look(world, 'lost messages', true)).toMatchObject([
      { level: 'bad', what: '1 jobs wait for a message that is gone: probe lost' },
    ]);
    expect(await look(world, 'lost messages')).toEqual([]);
  });

  describe('whose advice on a lost job', () => {
    const body = (createdAt: string) => ({ id: 'lost', createdAt, payload: { do: 'fail', times: 1 } });

    async function lost(crash?: DeliverOptions['crash']): Promise<World> {
      const world = makeWorld();
      world.send(body('2026-01-01T00:00:00Z'));
      await world.deliver({ ...(crash && { crash }) });
      world.queue.purge();
      await world.clock.advance(3 * 60 * MINUTE_MS);
      const [finding] = await look(world, 'lost messages', true);
      expect(finding?.todo).toMatch(/send each again with the same id and payload \(to end one, cancel it before\)$/);
      return world;
    }

    // One waits for its retry; the other's process died while it ran.
    const states = [['that waits', undefined] as const, ['that ran', { call: 2, moment: 'before' }] as const];

    test.each(states)('%s, to send it again, works', async (_, crash) => {
      const world = await lost(crash);
      world.send(body(later(world, 0)));
      await world.drain(60);
      expect(world.job('lost')?.attempts).toBeGreaterThan(1);
      expect(await look(world, 'lost messages', true)).toMatchObject([{ level: 'ok' }]);
    });

    test.each(states)('%s, to cancel it and to send it again, ends it', async (_, crash) => {
      const world = await lost(crash);
      await cancel({ ...tableOf(stageOf(world)), now: world.clock.now }, world.definition, 'lost');
      world.send(body(later(world, 0)));
      await world.drain(60);
      expect(world.starts).toHaveLength(1);
      expect(world.job('lost')?.status).toBe('CANCELLED');
      expect(await look(world, 'lost messages', true)).toMatchObject([{ level: 'ok' }]);
    });
  });

  test('does not report a parked job as lost', async () => {
    const world = await parked();
    await world.clock.advance(24 * 60 * MINUTE_MS);
    expect(await look(world, 'lost messages', true)).toMatchObject([{ level: 'ok' }]);
  });

  test('reports checks that cannot run, and runs the others', async () => {
    const findings = await doctor(stageOf(makeWorld()), { definitions: [] });
    const unknown = findings.filter(({ level }) => level === 'unknown').map(({ check }) => check);
    expect(unknown).toEqual(['stacks', 'event sources', 'dispatcher', 'alarms']);
    expect(findings.find(({ check }) => check === 'alarms')?.what).toMatch(/CloudWatch was asked/);
    expect(findings.find(({ check }) => check === 'dead letters')).toMatchObject({ level: 'ok' });
  });
});

test('a scan’s price follows from the table’s size', () => {
  const Table = { ItemCount: 10_000_000, TableSizeBytes: 10_000_000 * 819.2 };
  expect(scanPrice({ Table })).toMatchObject({ items: 10_000_000, megabytes: 7812.5, dollars: 0.125 });
});
