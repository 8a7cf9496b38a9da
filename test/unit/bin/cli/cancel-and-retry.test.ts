import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { type Deployed, deployed } from './support/deployed.ts';

const later = ({ world }: Deployed, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

async function parked(): Promise<Deployed> {
  const there = deployed();
  there.mail('a', 'fine', { runAt: later(there, 3600) });
  await there.world.drain();
  return there;
}

describe('cancel', () => {
  test.each([
    ['a job that is to come', async () => deployed(), 'refusedAhead', 'CANCELLED'],
    ['a parked job', parked, 'cancelledWaiting', 'CANCELLED'],
  ])('prints %s as JSON, at a terminal over lines, and exits 0', async (_, make, row, status) => {
    const there = await make();
    const ran = await there.ask('cancel send-email a --json');
    expect([ran.code, ran.stderr, ran.json()]).toEqual([0, '', { type: 'send-email', key: 'a', row, status }]);
    expect(ran.stdout).toMatch(/^\{\n {2}"type": "send-email",\n/);
    expect(there.world.job('a')?.status).toBe('CANCELLED');
  });

  test('of a job that runs is asked for once, and said again', async () => {
    const there = deployed();
    there.mail('a');
    await there.world.drain();
    there.world.alter('a', { status: 'INPROGRESS', leaseUntil: there.world.clock.now() + 1000 });
    const ran = await there.run('cancel send-email a --json');
    expect([ran.code, ran.json()]).toMatchObject([0, { row: 'cancelRequested', status: 'INPROGRESS' }]);
    expect(there.world.job('a')?.cancelRequested).toBe(true);
  });

  test.each(['COMPLETED', 'DEAD'] as const)('of a job that is %s changes nothing, and exits 1', async (status) => {
    const there = deployed();
    there.mail('a', status === 'DEAD' ? 'permanent' : 'fine');
    await there.world.drain();
    const before = there.world.job('a');
    expect(await there.run('cancel send-email a')).toMatchObject({
      ...{ code: 1, stderr: '', stdout: `send-email a is ${status}: nothing to cancel\n` },
    });
    expect(there.world.job('a')).toEqual(before);
  });

  test('of a type that the stage or the catalogue lacks exits 3', async () => {
    const { run, world } = deployed();
    expect(await run('cancel send-mail a')).toMatchObject({ code: 3, stdout: '' });
    const queue = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 };
    for (const name of ['old', 'old-dlq']) world.sqs.createQueue(`sluice-test-${name}`, queue);
    expect(await run('cancel old a')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^sluice: the catalogue \(functions\/index\.ts\) has no job type "old"/),
    });
  });
});

describe('retry', () => {
  test('of a parked job makes it run after the next tick, and prints it as JSON', async () => {
    const there = await parked();
    const ran = await there.ask('retry send-email a --json');
    expect([ran.code, ran.stderr, ran.json()]).toEqual([
      ...[0, ''],
      { type: 'send-email', key: 'a', row: 'dueNow', status: 'SCHEDULED' },
    ]);
    await there.world.tick();
    await there.world.drain();
    expect(there.world.job('a')?.status).toBe('COMPLETED');
  });

  test('of a job that does not exist prints JSON without a status, and exits 3', async () => {
    const ran = await deployed().run('retry send-email a --json');
    expect([ran.code, ran.stderr, ran.json()]).toEqual([3, '', { type: 'send-email', key: 'a', row: 'none' }]);
  });

  test('of a type that the stage lacks exits 3, and asks no table', async () => {
    const { run, world } = deployed();
    expect(await run('retry send-mail a')).toMatchObject({
      code: 3,
      stderr: 'sluice: stage "test" has no job type "send-mail"; did you mean "send-email"?\n',
    });
    expect(world.dynamoDb.calls).toEqual([]);
  });

  test('of a job that changes each time it is read says so, and exits 5', async () => {
    const there = await parked();
    const happens = () => there.world.alter('a', { dueAt: (there.world.job('a')?.dueAt ?? 0) + 1000 });
    there.world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens }, 5);
    expect(await there.run('retry send-email a')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('send-email a changed 5 times meanwhile; try again'),
    });
  });
});

test.each(['cancel', 'retry'])('%s of a type whose table is gone says so, and exits 3', async (verb) => {
  const { run, world } = deployed();
  world.dynamoDb.faults.plan('GetItem', { kind: 'fails', error: awsError('ResourceNotFoundException', 'gone') });
  expect(await run(`${verb} send-email a`)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^sluice: a resource of job type "send-email" in stage "test" is gone/),
  });
});
