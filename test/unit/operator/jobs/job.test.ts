import { describe, expect, test } from 'vitest';
import { type Aws, job, jobLogs } from '../../../../lib/operator/index.ts';
import { SECRET } from '../../../support/factories.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

/** What the consumers logged, as CloudWatch Logs would find it. */
const logsOf = ({ output }: World): Pick<Aws, 'logs'> => ({
  logs: {
    send: async () => ({
      events: [
        ...output.logs().map((line) => ({ timestamp: 1, message: JSON.stringify(line) })),
        { message: 'START x' },
      ],
    }),
  } as unknown as Aws['logs'],
});

const look = (world: World, key: string, payload = false) =>
  job(stageOf(world, logsOf(world)), { type: 'probe', key }, { payload });
const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

describe('the place of a message is named', () => {
  test('for a job that is parked, then released', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: later(world, 600) });
    await world.deliver();
    expect((await look(world, 'a')).message).toMatch(/^in the jobs table until 20.*dispatcher sends it then/);
    await world.clock.advance(530_000);
    await world.tick();
    expect((await look(world, 'a')).message).toMatch(/^in the queue since the dispatcher sent it/);
  });

  test('for a job that waits in the queue, runs, then stalls', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    expect((await look(world, 'a')).message).toMatch(/^in the queue, hidden until 20/);
    world.alter('a', { status: 'INPROGRESS', leaseUntil: world.clock.now() + 1000 });
    expect((await look(world, 'a')).message).toMatch(/^in flight, with the consumer/);
    await world.clock.advance(1001);
    expect((await look(world, 'a')).message).toMatch(/the process of its last attempt died/);
  });

  test('for a dead job: delivered, pending, expired', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    expect((await look(world, 'a')).message).toMatch(/^in the dead-letter queue until 20.*unless it was purged/);
    world.alter('a', { undelivered: true });
    expect((await look(world, 'a')).message).toMatch(/could not be sent to the dead-letter queue yet/);
    world.alter('a', { undelivered: 'event' });
    expect((await look(world, 'a')).message).toMatch(/^in the dead-letter queue until 20/);
    world.alter('a', { undelivered: undefined });
    await world.clock.advance(15 * 24 * 3600 * 1000);
    expect((await look(world, 'a')).message).toMatch(/^none: the dead-letter queue keeps messages for 14 days/);
  });

  test('as none for a completed job', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    expect((await look(world, 'a')).message).toBe('none: the job is over');
  });
});

describe('a job', () => {
  test('shows its payload only if asked', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: later(world, 600) });
    await world.deliver();
    expect(JSON.stringify(await look(world, 'a'))).not.toContain(SECRET);
    expect(JSON.stringify(await look(world, 'a', true))).toContain(SECRET);
  });

  test('is found in the logs by its id, if its key is another', async () => {
    const world = makeWorld();
    world.send({ id: 'an-id', key: 'a-key' });
    await world.deliver();
    expect(await look(world, 'an-id')).toMatchObject({ key: 'a-key', item: { jobId: 'an-id', status: 'COMPLETED' } });
  });

  test('whose key another job holds is not found; the error names that job', async () => {
    const world = makeWorld();
    world.send({ id: 'first', key: 'a-key' });
    world.send({ id: 'second', key: 'a-key' });
    await world.drain();
    await expect(look(world, 'second')).rejects.toThrow(/no probe job .* "second"; its key a-key is held by job first/);
  });

  test('that does not exist is not found; the error names stage and key', async () => {
    await expect(look(makeWorld(), 'a')).rejects.toThrow(/stage "test" has no probe job with key or id "a"/);
  });

  test('has its own log lines, the oldest first', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    world.send({ id: 'b' });
    await world.drain(60);
    const lines = await jobLogs(stageOf(world, logsOf(world)), 'probe', { jobId: 'a' });
    expect(lines.map(({ fields }) => fields.message)).toEqual([
      ...['job.started', 'job.failed', 'job.retrying', 'job.started', 'job.completed'],
    ]);
  });
});
