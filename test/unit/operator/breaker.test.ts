import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { breakerId } from '../../../lib/contract/definition/breaker.ts';
import type { BreakerItem } from '../../../lib/contract/protocol/breaker-item.ts';
import { breaker, job, queues, type Stage, switchBreaker } from '../../../lib/operator/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { makeControlPlane } from '../../support/control-plane.ts';
import { defineProbe } from '../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../support/world.ts';
import { look } from './support/doctor.ts';
import { stageOf } from './support/stage.ts';

const BROKEN = defineProbe({ breaker: { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 } });
const HOUR_MS = 3600_000;

function deployed() {
  // The engine needs none of it: what is tested is who looks, and who switches.
  const world = makeWorld();
  return { world, stage: stageOf(world, makeControlPlane('probe', world.clock.now()).aws) };
}

/** As the engine leaves it. */
async function put({ clock, dynamoDb }: World, change: Partial<BreakerItem>): Promise<void> {
  const nowMs = clock.now();
  const window = nowMs - (nowMs % 60_000);
  const item = {
    id: breakerId('probe'),
    version: 3,
    state: 'closed',
    window,
    ok: 6,
    failed: 2,
    lastOk: 0,
    lastFailed: 0,
  };
  await dynamoDb.client.send(new PutItemCommand({ TableName: JOBS_TABLE, Item: marshall({ ...item, ...change }) }));
}

const iso = (ms: number) => new Date(ms).toISOString();
const opened = ({ clock }: World) => ({
  ...({ state: 'open', by: 'rate' } as const),
  openedAt: clock.now() - 5000,
  nextProbeAt: clock.now() + 25_000,
});

describe('a breaker is shown', () => {
  test('as closed before its first attempt', async () => {
    const { stage } = deployed();
    expect(await breaker(stage, BROKEN)).toEqual({ type: 'probe', state: 'closed', ok: 0, failed: 0 });
  });

  test('with what it counts, its opener and its next probe', async () => {
    const { world, stage } = deployed();
    await put(world, opened(world));
    expect(await breaker(stage, BROKEN)).toEqual({
      ...{ type: 'probe', state: 'open', by: 'rate', ok: 6, failed: 2 },
      ...{ since: iso(world.clock.now() - 5000), nextProbeAt: iso(world.clock.now() + 25_000) },
    });
  });

  test('as closing since it closed, without what was of its opening', async () => {
    const { world, stage } = deployed();
    await put(world, { ...opened(world), state: 'closing', closedAt: world.clock.now() });
    expect(await breaker(stage, BROKEN)).toEqual({
      ...{ type: 'probe', state: 'closing', since: iso(world.clock.now()), ok: 6, failed: 2 },
    });
  });

  test('not of a type without one, nor of a type that is not deployed', async () => {
    const { stage } = deployed();
    await expect(breaker(stage, defineProbe())).rejects.toThrow(
      'probe has no circuit breaker: its definition has no option "breaker"',
    );
    await expect(breaker(stage, { ...BROKEN, type: 'prob' })).rejects.toThrow('did you mean "probe"');
    await expect(switchBreaker(stage, { ...BROKEN, type: 'prob' }, 'open')).rejects.toThrow('did you mean "probe"');
  });
});

describe('an operator', () => {
  test('opens a breaker that never opened, and closes it', async () => {
    const { world, stage } = deployed();
    const since = iso(world.clock.now());
    const open = { type: 'probe', state: 'open', by: 'operator', since, ok: 0, failed: 0 };
    expect(await switchBreaker(stage, BROKEN, 'open')).toEqual({ ...open, changed: true });
    await world.clock.advance(1000);
    expect(await switchBreaker(stage, BROKEN, 'open')).toEqual({ ...open, changed: false });
    const closed = { type: 'probe', state: 'closing', since: iso(world.clock.now()), ok: 0, failed: 0 };
    expect(await switchBreaker(stage, BROKEN, 'close')).toEqual({ ...closed, changed: true });
    expect(await switchBreaker(stage, BROKEN, 'close')).toEqual({ ...closed, changed: false });
  });

  test('holds open what the rate opened: no probe is let through any more', async () => {
    const { world, stage } = deployed();
    await put(world, opened(world));
    const held = await switchBreaker(stage, BROKEN, 'open');
    expect(held).toMatchObject({ state: 'open', by: 'operator', changed: true });
    expect(held).not.toHaveProperty('nextProbeAt');
  });

  test('closes what the rate opened', async () => {
    const { world, stage } = deployed();
    await put(world, opened(world));
    expect(await switchBreaker(stage, BROKEN, 'close')).toMatchObject({ state: 'closing', changed: true });
  });

  test('decides again when the engine was faster, and says so after five times', async () => {
    const { world, stage } = deployed();
    await put(world, opened(world));
    const version = (by: number) =>
      between(stage, 'UpdateItemCommand', by, (n) => put(world, { ...opened(world), version: n }));
    expect(await switchBreaker(version(4), BROKEN, 'close')).toMatchObject({ state: 'closing', changed: true });
    await put(world, opened(world));
    await expect(switchBreaker(version(5), BROKEN, 'close')).rejects.toThrow('changed 5 times meanwhile; try again');
    expect(await breaker(stage, BROKEN)).toMatchObject({ state: 'open', by: 'rate' });
  });
});

/** A stage in which something happens before each of the first calls of a kind. */
function between(stage: Stage, call: string, times: number, happens: (n: number) => Promise<void>): Stage {
  let n = 0;
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const send = async (command: object) => {
    if (command.constructor.name === call && n < times) await happens(100 + n++);
    return client.send(command);
  };
  return { ...stage, aws: { ...stage.aws, dynamoDb: { send } as Stage['aws']['dynamoDb'] } };
}

describe('an open breaker is shown', () => {
  const waits = async () => {
    const there = deployed();
    const { world } = there;
    world.send({ id: 'done' });
    world.send({ id: 'later', runAt: iso(world.clock.now() + HOUR_MS) });
    await world.drain();
    await put(world, opened(world));
    const { openedAt, nextProbeAt } = opened(world);
    const shown = { state: 'open', by: 'rate', since: iso(openedAt), nextProbeAt: iso(nextProbeAt) };
    return { ...there, shown };
  };

  test('with a job that waits, and not with one that has ended', async () => {
    const { stage, world, shown } = await waits();
    expect((await job(stage, { type: 'probe', key: 'later' })).breaker).toEqual(shown);
    expect(await job(stage, { type: 'probe', key: 'done' })).not.toHaveProperty('breaker');
    await put(world, { ...opened(world), state: 'closing', closedAt: world.clock.now() });
    expect(await job(stage, { type: 'probe', key: 'later' })).not.toHaveProperty('breaker');
  });

  test('with the queues of its type', async () => {
    const { stage, world, shown } = await waits();
    expect((await queues(stage)).queues[0]?.breaker).toEqual(shown);
    expect((await queues(stage, 'probe')).queues[0]?.breaker).toEqual(shown);
    await put(world, {});
    expect((await queues(stage)).queues[0]).not.toHaveProperty('breaker');
  });

  test('by nobody whose stage grants no right to look at it, and they work on', async () => {
    const { stage } = await waits();
    const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
    const refusing = (error: Error): Stage => {
      const send = async (command: { input?: { Key?: { id?: { S?: string } } } }) => {
        if (command.input?.Key?.id?.S?.startsWith('~breaker')) throw error;
        return client.send(command);
      };
      return { ...stage, aws: { ...stage.aws, dynamoDb: { send } as Stage['aws']['dynamoDb'] } };
    };
    const denied = refusing(awsError('AccessDeniedException', 'no', 400));
    expect(await job(denied, { type: 'probe', key: 'later' })).not.toHaveProperty('breaker');
    expect((await queues(denied)).queues[0]).not.toHaveProperty('breaker');
    await expect(queues(refusing(new RangeError('odd')))).rejects.toThrow('odd');
  });
});

describe('the doctor says of breakers', () => {
  const CHECK = 'circuit breakers';
  const seen = async (change?: Partial<BreakerItem>) => {
    const there = deployed();
    if (change) await put(there.world, change);
    const plane = makeControlPlane('probe', there.world.clock.now());
    return look({ ...there, plane }, CHECK, { definitions: [BROKEN] });
  };

  test('that none is open; nothing where no type has one', async () => {
    const good = { level: 'ok', check: CHECK, what: '1, none is open' };
    expect(await seen()).toEqual([good]);
    expect(await seen({})).toEqual([good]);
    const there = deployed();
    expect(
      await look({ ...there, plane: makeControlPlane('probe', 0) }, CHECK, { definitions: [defineProbe()] }),
    ).toEqual([]);
  });

  test('that one is open by its rate', async () => {
    const [finding] = await seen({ state: 'open', by: 'rate', openedAt: 0, nextProbeAt: HOUR_MS });
    expect(finding).toEqual({
      ...{ level: 'bad', check: CHECK },
      what: 'probe is open since 1970-01-01T00:00:00.000Z: its attempts failed, and its jobs wait; next probe at 1970-01-01T01:00:00.000Z',
      todo: 'npx sluice breaker probe --stage test shows it; a probe that succeeds closes it',
    });
  });

  test.each([
    ['a note within a day', 24, 'note'],
    ['a fault after a day', 24.01, 'bad'],
  ])('that an operator opened one: %s', async (_, hours, level) => {
    const { world } = deployed();
    const openedAt = world.clock.now() - hours * HOUR_MS;
    const [finding] = await seen({ state: 'open', by: 'operator', openedAt });
    expect(finding).toEqual({
      ...{ level, check: CHECK, what: `an operator opened probe at ${iso(openedAt)}: its jobs wait` },
      todo: 'npx sluice breaker probe close --stage test, once they may start',
    });
  });
});
