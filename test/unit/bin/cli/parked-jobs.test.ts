import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { type Deployed, deployed } from './support/deployed.ts';

const later = ({ world }: Deployed, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();
const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`);

async function parked(count: number): Promise<Deployed> {
  const there = deployed();
  for (const [i, id] of keysOf(count).entries()) there.mail(id, 'fine', { runAt: later(there, 7200 - 60 * i) });
  await there.world.drain();
  return there;
}

const statuses = ({ world }: Deployed, count: number) => keysOf(count).map((key) => world.job(key)?.status);

describe('waiting', () => {
  test('lists parked jobs, those due soonest first', async () => {
    const { run } = await parked(3);
    const { code, stdout, stderr } = await run('waiting send-email');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.split('\t').slice(1, 5))).toEqual([
      ['TYPE', 'KEY', 'WAITS FOR', 'ATTEMPTS'],
      ...['a2', 'a1', 'a0'].map((key) => ['send-email', key, 'its time', '0 of 5']),
      [],
    ]);
  });

  test('says how many there are beside those that it shows', async () => {
    const { run } = await parked(3);
    const { stdout, stderr } = await run('waiting --limit 2');
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stderr).toBe('2 of 3; --limit shows more\n');
    expect((await run('waiting --limit 2 --json')).json()).toMatchObject({ total: 3, totalMore: false });
  });

  test('says that none is parked', async () => {
    expect(await deployed().run('waiting')).toMatchObject({ code: 0, stdout: '', stderr: 'no job is parked\n' });
  });
});

describe('retry --all', () => {
  test('asks, makes all parked jobs of the type due now, and counts them', async () => {
    const there = await parked(4);
    const { code, stdout, stderr } = await there.ask('retry send-email --all', 'y\n');
    expect(stderr).toContain(
      '4 jobs of send-email are parked. They start within minutes, instead of at their own times. Retry them? [y/N] ',
    );
    expect([code, stdout]).toEqual([0, '4 due now: the dispatcher sends them at its next tick\n']);
    await there.world.tick();
    await there.world.drain();
    expect(statuses(there, 4)).toEqual(Array(4).fill('COMPLETED'));
  });

  test('changes nothing without an answer', async () => {
    const there = await parked(2);
    expect((await there.ask('retry send-email --all', 'n\n')).stdout).toBe('nothing was changed\n');
    const { stdout } = await there.run('retry send-email --all');
    expect(stdout).toMatch(/Retry them\? No: nothing was changed \(--yes does it\)\.\n$/);
    expect((await there.run('retry send-email --all --json')).json()).toEqual({ dryRun: true, parked: 2, more: false });
    expect(there.world.job('a0')?.dueAt).toBe(there.world.clock.now() + 7200_000);
  });

  test('with nothing parked says so', async () => {
    expect(await deployed().run('retry send-email --all -y')).toMatchObject({
      ...{ code: 0, stdout: 'no job is parked: nothing was changed\n' },
    });
  });

  test('that changed none, since all had begun meanwhile, says so and exits 1', async () => {
    const there = await parked(1);
    const happens = () => there.world.alter('a0', { status: 'INPROGRESS', listKey: undefined, listAt: undefined });
    there.world.dynamoDb.faults.plan('GetItem', { kind: 'meanwhile', happens });
    expect(await there.run('retry send-email --all -y')).toMatchObject({
      ...{
        code: 1,
        stdout:
          '0 due now: the dispatcher sends them at its next tick; 1 unchanged: they had begun or ended meanwhile\n',
      },
    });
  });

  test('that fails in the middle prints what it did, and fails', async () => {
    const there = await parked(3);
    const error = awsError('AccessDeniedException', 'not authorized to perform: dynamodb:UpdateItem');
    there.world.dynamoDb.faults.plan('UpdateItem', { kind: 'fails', error }, 10);
    const { code, stdout } = await there.run('retry send-email --all -y');
    expect([code, stdout]).toEqual([4, '0 due now: the dispatcher sends them at its next tick\n']);
  });

  test('that is interrupted says how many are left, and exits 130', async () => {
    const there = await parked(3);
    const stopped = new AbortController();
    there.world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens: () => stopped.abort() });
    const { code, stdout } = await there.run('retry send-email --all -y', { signal: stopped.signal });
    expect(code).toBe(130);
    expect(stdout).toMatch(/interrupted: [12] are left; the same command goes on\n$|^[23] due now/);
  });

  test.each([
    'retry send-email a0 --all',
    'cancel send-email a0 --all',
    'cancel send-email --flow --all',
    'retry send-email',
  ])('"%s" is a wrong use, and nothing is done', async (args) => {
    const there = await parked(1);
    expect(await there.run(`${args} --yes`)).toMatchObject({ code: 2, stdout: '' });
    expect(there.world.job('a0')?.status).toBe('SCHEDULED');
  });
});

describe('cancel --all', () => {
  test('asks, and ends all parked jobs of the type', async () => {
    const there = await parked(3);
    const { code, stdout, stderr } = await there.ask('cancel send-email --all', 'y\n');
    expect(stderr).toContain(
      '3 jobs of send-email are parked. They end CANCELLED, and do not run. Cancel them? [y/N] ',
    );
    expect([code, stdout]).toEqual([0, '3 cancelled\n']);
    expect(statuses(there, 3)).toEqual(Array(3).fill('CANCELLED'));
  });

  test('of a type that the catalogue lacks exits 3', async () => {
    expect(await deployed().run('cancel send-mail --all -y')).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('find', () => {
  test('finds a job by its key, and by its id', async () => {
    const { run, mail, plane, world } = deployed();
    mail('id-1', 'fine', { key: 'order-1' });
    await world.drain();
    const line = JSON.stringify({ jobId: 'id-1', key: 'order-1' });
    plane.logs.set('/aws/lambda/sluice-test-send-email', [{ timestamp: 1, message: line }]);
    for (const text of ['order-1', 'id-1']) {
      const { code, stdout, stderr } = await run(`find ${text}`);
      expect([code, stdout, stderr]).toEqual([0, 'TYPE\tKEY\tID\tSTATUS\nsend-email\torder-1\tid-1\tCOMPLETED\n', '']);
    }
  });

  test('that finds none says so, and exits 3', async () => {
    const ran = await deployed().run('find nobody');
    expect(ran).toMatchObject({ code: 3, stdout: '', stderr: 'no job of the key or id nobody was found\n' });
  });

  test('says which part it could not look through, and exits 1', async () => {
    const { run, plane } = deployed();
    plane.aws.logs.send = () => Promise.reject(awsError('ThrottlingException', 'Rate exceeded'));
    const { code, stderr } = await run('find nobody');
    expect(code).toBe(1);
    expect(stderr).toContain('could not be looked through: log of send-email: AWS throttles the calls');
  });
});

test('dlq redrive takes several keys, and sends these alone', async () => {
  const { run, graveyard, world } = deployed();
  await graveyard(6);
  const { code, stdout } = await run('dlq redrive send-email --key a1 --key a4 --key nobody --yes');
  expect([code, stdout]).toEqual([0, '2 sent back; 4 left: they do not match, or died meanwhile\n']);
  expect(world.queue.messages()).toHaveLength(2);
  const question = (await run('dlq redrive send-email --key a0 --key a2')).stdout;
  expect(question).toMatch(/^2 of 4 dead letters of send-email match\./);
  expect((await run('dlq purge send-email --key a0 --key a2 --yes')).code).toBe(2);
});
