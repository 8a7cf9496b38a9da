import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient, JobTableError, NewerJobError } from '#sluice/client';
import { awsError, throttled } from '../../../lib/testing/index.ts';
import { JOBS_TABLE } from '../../support/world.ts';
import { makeDesk } from './support.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A look takes one turn of the event loop. */
async function soon<T>(looking: Promise<T>): Promise<T> {
  looking.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return looking;
}

describe('status', () => {
  it('tells nothing of a job that has not begun', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a' });
    expect(await soon(status('probe', 'a'))).toEqual({ status: 'unknown' });
  });

  it('tells of a job that completed what it returned', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', payload: { do: 'complete', result: { sent: 3 } } });
    await world.deliver();
    expect(await soon(status(world.definition, 'a'))).toEqual({
      ...{ status: 'COMPLETED', jobId: 'a', run: 1, attempts: 1, maxAttempts: 5, result: { sent: 3 } },
      ...{ createdAt: '2026-01-01T00:00:00.000Z', processedAt: '2026-01-01T00:00:00.000Z' },
      completedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('finds a job by its key, not by its id', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', key: 'ord-7', payload: { do: 'complete' } });
    await world.deliver();
    expect(await soon(status('probe', 'ord-7'))).toMatchObject({ status: 'COMPLETED', jobId: 'a' });
    expect(await soon(status('probe', 'a'))).toEqual({ status: 'unknown' });
  });

  it('tells of a job that failed why, and when it is tried again', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    expect(await soon(status('probe', 'a'))).toMatchObject({
      ...{ status: 'RETRYING', attempts: 1, dueAt: '2026-01-01T00:00:01.000Z', cancelRequested: false },
      error: { name: 'Error', message: 'attempt 1 failed' },
    });
  });

  it('tells of a dead job the reason, also while its dead letter is pending', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    const dead = {
      ...{ status: 'DEAD', reason: 'PermanentError', failedAt: '2026-01-01T00:00:00.000Z' },
      error: { name: 'PermanentError', message: 'it can never succeed' },
    };
    expect(await soon(status('probe', 'a'))).toMatchObject(dead);
    world.alter('a', { undelivered: true, expiration: 1 });
    expect(await soon(status('probe', 'a'))).toMatchObject(dead);
  });

  it('tells nothing of a job whose retention is over, unless what it staged is pending', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', payload: { do: 'complete' } });
    await world.deliver();
    world.alter('a', { expiration: world.clock.now() / 1000 });
    expect(await soon(status('probe', 'a'))).toEqual({ status: 'unknown' });
    world.alter('a', { owed: true });
    expect(await soon(status('probe', 'a'))).toMatchObject({ status: 'COMPLETED' });
  });

  it('reads consistently, and neither payload nor checkpoint', async () => {
    const { world, status } = makeDesk();
    await soon(status('probe', 'a'));
    const [call] = world.dynamoDb.calls;
    expect(call).toMatchObject({ name: 'BatchGetItem', input: { RequestItems: { [JOBS_TABLE]: {} } } });
    const request = JSON.stringify(call?.input);
    expect(request).toContain('"ConsistentRead":true');
    for (const name of ['envelope', 'outbox', 'checkpoint', 'bodyHash']) expect(request).not.toContain(name);
  });

  it('refuses to guess what a newer version wrote', async () => {
    const { world, status } = makeDesk();
    world.send({ id: 'a', payload: { do: 'complete' } });
    await world.deliver();
    world.alter('a', { schema: 99 });
    await expect(soon(status('probe', 'a'))).rejects.toThrow(NewerJobError);
    await expect(soon(status('probe', 'a'))).rejects.toThrow('schema 99');
  });

  it.each<[string, string, Error]>([
    [
      'has no right to the type',
      `no right to read jobs of type "probe" in table ${JOBS_TABLE}: grantRead(role, { stage: 'test', types: ['probe'] }) of sluice/infra gives the right`,
      awsError('AccessDeniedException', 'not authorized'),
    ],
    [
      'looks where the stage is not',
      `table ${JOBS_TABLE} does not exist in this account and region: is stage "test" deployed here? SLUICE_STAGE or createClient({ stage }) names it`,
      awsError('ResourceNotFoundException', 'not found'),
    ],
    ['is throttled', `table ${JOBS_TABLE} could not be read: ThrottlingException; try again`, throttled()],
    [
      'has no credentials',
      `table ${JOBS_TABLE} could not be read: CredentialsProviderError`,
      Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
    ],
  ])('says what to do if it %s', async (_, message, error) => {
    const { world, status } = makeDesk();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error });
    const thrown: unknown = await soon(status('probe', 'a')).catch((refusal: unknown) => refusal);
    expect(thrown).toBeInstanceOf(JobTableError);
    expect(thrown).toMatchObject({ message, code: error.name, cause: error });
  });

  it('refuses names that no job has', async () => {
    const { status } = makeDesk();
    await expect(status('Probe', 'a')).rejects.toThrow('type must be 1 to 40 of a-z');
    await expect(status('probe', 'a b')).rejects.toThrow('a job\'s key is 1 to 250 of A-Za-z0-9_.:-, got "a b"');
    await expect(status('probe', undefined as never)).rejects.toThrow('got undefined');
  });
});

describe('a client', () => {
  it('looks at the stage that SLUICE_STAGE names, else at dev', async () => {
    const { world } = makeDesk();
    const { status } = createClient({ client: world.dynamoDb.client });
    vi.stubEnv('SLUICE_STAGE', 'test');
    expect(await soon(status('probe', 'a'))).toEqual({ status: 'unknown' });
    vi.stubEnv('SLUICE_STAGE', undefined);
    const other = createClient({ client: world.dynamoDb.client });
    await expect(soon(other.status('probe', 'a'))).rejects.toThrow('table sluice-dev-jobs does not exist');
  });

  it('refuses a stage that has no such name when it is used', async () => {
    const { status } = createClient({ stage: 'Prod' });
    await expect(status('probe', 'a')).rejects.toThrow('stage must be 1 to 16 of a-z and 0-9');
  });
});
