import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient, JobChangedError, JobTableError, NewerJobError } from '#sluice/client';
import { cancel as cancelByCommand } from '../../../lib/operator/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld } from '../../support/world.ts';
import { makeDesk } from './support.ts';

afterEach(() => void vi.useRealTimers());

const inAnHour = (nowMs: number) => new Date(nowMs + 3_600_000).toISOString();

describe('cancel', () => {
  it('ends a job that waits', async () => {
    const { world, cancel } = makeDesk();
    world.send({ id: 'a', runAt: inAnHour(world.clock.now()) });
    await world.deliver();
    expect(await cancel(world.definition, 'a')).toMatchObject({
      row: 'cancelledWaiting',
      state: { status: 'CANCELLED', jobId: 'a' },
    });
    expect(world.job('a')?.status).toBe('CANCELLED');
  });

  it('asks a job that runs to end', async () => {
    const { world, cancel } = makeDesk();
    world.send({ id: 'a', payload: { do: 'work', seconds: 5 } });
    const running = world.worker()();
    await world.clock.advance(1000);
    expect(await cancel(world.definition, 'a')).toMatchObject({
      row: 'cancelRequested',
      state: { status: 'INPROGRESS', cancelRequested: true },
    });
    await world.clock.advance(5000);
    await running;
  });

  it('refuses a job that has not come, and leaves one that has ended', async () => {
    const { world, cancel } = makeDesk();
    expect(await cancel(world.definition, 'a')).toMatchObject({ row: 'refusedAhead', state: { status: 'CANCELLED' } });
    world.send({ id: 'a' });
    await world.drain(60);
    expect(world.starts).toEqual([]);
    expect(await cancel(world.definition, 'a')).toMatchObject({ row: 'none', state: { status: 'CANCELLED' } });
  });

  it('writes what the command writes', async () => {
    const { world, cancel } = makeDesk();
    await cancel(world.definition, 'a');
    const other = makeWorld();
    const table = { dynamoDb: other.dynamoDb.client, table: JOBS_TABLE, now: other.clock.now };
    await cancelByCommand(table as Parameters<typeof cancelByCommand>[0], other.definition, 'a');
    expect(world.job('a')).toEqual(other.job('a'));
    const calls = ({ dynamoDb }: typeof world) => dynamoDb.calls.map(({ name }) => name);
    expect(calls(world)).toEqual(calls(other));
  });

  it('leaves what a newer version wrote, and what changes each time', async () => {
    const { world, cancel } = makeDesk();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    const meanwhile = { kind: 'meanwhile', happens: () => world.alter('a', { status: 'INPROGRESS' }) } as const;
    world.dynamoDb.faults.plan('UpdateItem', meanwhile);
    expect(await cancel(world.definition, 'a')).toMatchObject({ row: 'cancelRequested' });
    const always = awsError('ConditionalCheckFailedException', 'no');
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'fails', error: always }, 5);
    await expect(cancel(world.definition, 'a')).rejects.toThrow(JobChangedError);
    world.alter('a', { schema: 99 });
    await expect(cancel(world.definition, 'a')).rejects.toThrow(NewerJobError);
  });

  it.each(['GetItem', 'PutItem'])('says which right is missing (%s)', async (call) => {
    const { world, cancel } = makeDesk();
    world.dynamoDb.faults.plan(call, { kind: 'fails', error: awsError('AccessDeniedException', 'no') });
    const cancelling = cancel(world.definition, 'a');
    await expect(cancelling).rejects.toThrow(JobTableError);
    await expect(cancelling).rejects.toThrow(
      `no right to change jobs of type "probe" in table ${JOBS_TABLE}: grantCancel(role, { stage: 'test', types: ['probe'] })`,
    );
  });

  it('takes a definition and a key', async () => {
    const { world, cancel } = makeDesk();
    await expect(cancel('probe' as never, 'a')).rejects.toThrow(
      'cancel takes the definition, not the name of its type',
    );
    await expect(cancel(world.definition, '')).rejects.toThrow("a job's key is 1 to 250");
    await expect(createClient({ stage: 'Prod' }).cancel(world.definition, 'a')).rejects.toThrow(
      'stage must be 1 to 16',
    );
    expect(world.dynamoDb.calls).toEqual([]);
  });
});
