import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { sendEmail } from '../../../support/shop/send-email/definition.ts';
import type { World } from '../../../support/world.ts';
import { type Deployed, deployed } from './support/deployed.ts';

const DEADLINE_MS = 3600_000;
const DEADLINE = '2026-01-01T01:00:00.000Z';
/** The type takes part in flows, and is its own callback. */
const IN_FLOWS = {
  definitions: [defineJob({ type: 'send-email', payload: sendEmail.payload, handsOn: ['send-email'] })],
};

/** A batch of 1,000 children: 0 waits for its retry, 1 died, 2 has not begun, the others completed. */
async function batch(change: Parameters<World['alter']>[1] = {}): Promise<Deployed> {
  const there = deployed();
  const { mail, world } = there;
  const deadlineAt = world.clock.now() + DEADLINE_MS;
  mail('b', 'fine', { runAt: new Date(deadlineAt).toISOString() });
  mail('b:0', 'fail');
  mail('b:1', 'permanent');
  await world.deliver();
  for (const place of [0, 1]) world.alter(`b:${place}`, { flow: { of: { type: 'send-email', key: 'b', place } } });
  const places = {
    total: 1000,
    children: [{ type: 'send-email', n: 1000 }],
    open: new Set([0, 2]),
    dead: new Set([1]),
  };
  world.alter('b', { ...places, mode: 'settled', deadlineAt, ...change });
  return there;
}

describe('flow', () => {
  test('shows how a batch stands, and who holds each place', async () => {
    const ran = await (await batch()).run('flow send-email b');
    expect([ran.code, ran.stdout.split('\n')]).toEqual([
      0,
      [
        'callback  send-email b',
        'status    SCHEDULED',
        'children  1,000: 997 completed, 2 open, 1 dead',
        'mode      settled',
        `deadline  ${DEADLINE}`,
        '',
        'PLACE\tSTATE\tTYPE\tKEY\tSTATUS',
        '0\topen\tsend-email\tb:0\tRETRYING',
        '1\tdead\tsend-email\tb:1\tDEAD: PermanentError: no such mailbox',
        '2\topen\tsend-email\tb:2\thas not begun',
        '',
      ],
    ]);
    expect(ran.stderr).toBe('to send the dead back: npx sluice dlq redrive send-email --stage test\n');
  });

  test('gives JSON, with every place if it is asked to', async () => {
    const there = await batch();
    expect((await there.run('flow send-email b --json')).json()).toMatchObject({
      ...{ type: 'send-email', flow: 'b', total: 1000, completed: 997, open: 2, dead: 1, deadlineAt: DEADLINE },
      places: [
        { place: 0, state: 'open' },
        { place: 1, state: 'dead' },
        { place: 2, state: 'open' },
      ],
    });
    expect((await there.run('flow send-email b --all --json')).json<{ places: object[] }>().places).toHaveLength(1000);
  });

  test('says of a batch within what it waits for, and of a place that is handed on that it is', async () => {
    const there = await batch({ dead: undefined, open: new Set([0, 2]) });
    const { world } = there;
    const inner = { ...world.job('b'), id: 'send-email#inner', total: 10, open: new Set([1, 2, 3]) };
    world.dynamoDb.put('sluice-test-jobs', inner);
    world.alter('b:0', { status: 'COMPLETED', passedOn: 'send-email#inner' });
    world.alter('b:1', { id: 'send-email#b:2', status: 'COMPLETED' });
    const { stdout } = await there.run('flow send-email b');
    expect(stdout).toContain('0\topen\tsend-email\tinner\twaits for 3 of 10\n');
    expect(stdout).toContain('2\topen\tsend-email\tb:2\tCOMPLETED, and is handing on\n');
  });

  test.each([
    ['flow send-email nobody', 3, 'sluice: stage "test" has no flow "nobody" with a callback of type send-email.'],
    ['flow send-mail b', 3, 'sluice: stage "test" has no job type "send-mail"; did you mean "send-email"?'],
    [
      'flow send-email b:0',
      2,
      'sluice: send-email b:0 is no callback of a batch; it is in npx sluice flow send-email b',
    ],
    ["flow send-email 'b c'", 2, 'sluice: a key or id is 1 to 250 of A-Z a-z 0-9 _ . : -, got "b c"'],
    ['flow send-email', 2, "error: missing required argument 'flow'"],
    ['flows send-mail', 3, 'sluice: stage "test" has no job type "send-mail"; did you mean "send-email"?'],
    ['flows --limit 0', 2, 'sluice: --limit must be a whole number, 1 to 100000, got "0"'],
  ])('%s exits %i, and says why', async (args, code, said) => {
    const ran = await (await batch()).run(args);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(said);
  });
});

describe('flows', () => {
  test('lists the callbacks that have not begun', async () => {
    const there = await batch();
    const { stdout, stderr } = await there.run('flows');
    expect([stdout.split('\t').slice(0, 12).join(' '), stderr]).toEqual([
      'CALLBACK FLOW WAITS FOR DEAD MODE STATE DEADLINE\nsend-email b 2 of 1,000 1 settled waits',
      '',
    ]);
    expect((await there.run('flows send-email --json')).json()).toEqual({
      flows: [
        {
          ...{ type: 'send-email', flow: 'b', total: 1000, open: 2, dead: 1, mode: 'settled', state: 'waits' },
          deadlineAt: DEADLINE,
        },
      ],
      truncated: false,
    });
  });

  test('says so if there is none', async () => {
    expect(await deployed().run('flows')).toMatchObject({ code: 0, stdout: '', stderr: 'no callback waits\n' });
  });
});

describe('cancel --flow', () => {
  test('cancels the callback and what has not ended, and says what became of it', async () => {
    const there = await batch();
    const ran = await there.run('cancel send-email b --flow', IN_FLOWS);
    expect([ran.code, ran.stderr, ran.stdout.split('\n')]).toEqual([
      ...[0, ''],
      [
        'its callback is cancelled',
        '1 that wait end with their next messages',
        '1 that had not come are refused when they come',
        '1 had ended',
        '',
      ],
    ]);
    expect(there.world.job('b')?.status).toBe('CANCELLED');
    expect(there.world.job('b:0')?.cancelRequested).toBe(true);
    expect(there.world.job('b:2')?.status).toBe('CANCELLED');
  });

  test('gives JSON, and shows on a terminal how far it is', async () => {
    const there = await batch();
    expect((await there.run('cancel send-email b --flow --json', IN_FLOWS)).json()).toEqual({
      ...{ type: 'send-email', key: 'b', row: 'flowCancelled', status: 'CANCELLED', interrupted: false },
      jobs: { cancelledByMessage: 1, none: 1, refusedAhead: 1 },
    });
  });

  test.each([
    [{ status: 'COMPLETED', completedAt: DEADLINE }, `nothing to cancel: its callback completed at ${DEADLINE}\n`],
    [{ status: 'DEAD', failedAt: DEADLINE }, `nothing to cancel: its callback died at ${DEADLINE}\n`],
  ] as const)('of a flow that is over says when it ended, and exits 1: %j', async (change, stdout) => {
    const there = await batch(change);
    expect(await there.run('cancel send-email b --flow', IN_FLOWS)).toMatchObject({ code: 1, stdout, stderr: '' });
    expect(there.world.job('b:0')).not.toHaveProperty('cancelRequested');
  });

  test('that is interrupted says that the same command goes on, and exits 130', async () => {
    const there = await batch();
    const abort = new AbortController();
    there.world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens: () => abort.abort() });
    const ran = await there.run('cancel send-email b --flow', { ...IN_FLOWS, signal: abort.signal });
    expect([ran.code, ran.stdout]).toEqual([130, 'its callback is cancelled\ninterrupted: the same command goes on\n']);
  });

  test.each([
    ['cancel send-email b:0 --flow', 2, 'is no callback of a batch; it is in npx sluice flow send-email b'],
    ['cancel send-email nobody --flow', 3, 'has no flow "nobody"'],
    ['cancel old b --flow', 3, 'the catalogue (functions/index.ts) has no job type "old"'],
  ])('%s exits %i, and writes nothing', async (args, code, said) => {
    const there = await batch();
    const writes = () => there.world.dynamoDb.calls.filter(({ name }) => /Put|Update/.test(name)).length;
    const before = writes();
    const ran = await there.run(args, IN_FLOWS);
    expect([ran.code, ran.stdout, writes()]).toEqual([code, '', before]);
    expect(ran.stderr).toContain(said);
  });
});

describe('of a callback that waits for its children', () => {
  test('retry fires it now, and says how many have not ended', async () => {
    const there = await batch();
    expect(await there.run('retry send-email b')).toMatchObject({
      code: 0,
      stdout: 'due now: the dispatcher sends it at its next tick; 2 of its 1,000 children have not ended\n',
    });
    expect(there.world.job('b')).toMatchObject({ status: 'SCHEDULED', dueAt: there.world.clock.now() });
  });

  test('job says what it waits for, and until when', async () => {
    const there = await batch({ flow: { after: { type: 'send-email', key: 'p' } } });
    const { stdout } = await there.run('job send-email b');
    expect(stdout).toContain('waits for     2 of 1,000 children; 1 died, expired or were cancelled\n');
    expect(stdout).toContain(`came after    send-email p\n`);
    expect(stdout).toContain(
      `message       in the jobs table until its children have ended, or until ${DEADLINE}; the dispatcher sends it then\n`,
    );
    const { item, batch: children } = (await there.run('job send-email b --json')).json<{
      item: object;
      batch: object;
    }>();
    expect(children).toEqual({ total: 1000, open: 2, dead: 1 });
    for (const hidden of ['open', 'dead', 'children', 'outbox', 'envelope']) expect(item).not.toHaveProperty(hidden);
  });

  test('queues and drain count it apart, and a drain ends', async () => {
    const there = await batch();
    there.world.alter('b:0', { status: 'COMPLETED' });
    await there.world.sqs.client.send(new PurgeQueueCommand({ QueueUrl: there.world.queue.url }));
    const queues = await there.run('queues');
    expect(queues.stderr).toBe('send-email: 1 wait for their children (npx sluice flows send-email --stage test)\n');
    const drained = await there.run('drain send-email --timeout 60');
    expect(drained.stdout).toContain('send-email is empty; 1 in its dead-letter queue; 1 wait for their children\n');
  });
});

describe('job', () => {
  test('says of a child whose place it holds, whom it came after, and to whom its place went', async () => {
    const there = await batch();
    const chain = { key: 'b:0', step: 1 };
    const flow = { of: { type: 'send-email', key: 'b', place: 0 }, after: { type: 'send-email', key: 'b:0' }, chain };
    there.world.alter('b:0', { flow, status: 'COMPLETED', passedOn: 'send-email#inner', owed: true });
    const { stdout } = await there.run('job send-email b:0');
    for (const line of [
      'came after    send-email b:0',
      'chain         step 1 of b:0',
      'holds         place 0 of flow send-email b',
      'passed on     its place went to send-email inner',
      'owed          what it staged is not sent yet',
      'message       in the queue: what the job staged is not sent yet; that is tried again',
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
  });

  test('says of a job outside flows which batch it staged, and of a callback that began what was open', async () => {
    const there = await batch();
    there.world.alter('b:0', { flow: undefined, status: 'COMPLETED', passedOn: 'send-email#inner' });
    const parent = await there.run('job send-email b:0');
    expect(parent.stdout).toContain('staged        a batch: its callback is send-email inner\n');
    expect(parent.stdout).not.toContain('passed on');
    there.world.alter('b', { status: 'COMPLETED' });
    const callback = await there.run('job send-email b');
    expect(callback.stdout).toContain(
      'waits for     nothing more; 2 of 1,000 children were open; 1 died, expired or were cancelled\n',
    );
  });

  test('shows nothing that a job staged, which is payloads', async () => {
    const there = await batch();
    there.world.alter('b:0', { status: 'COMPLETED', owed: true, outbox: Buffer.from('secret') });
    const { stdout } = await there.run('job send-email b:0 --payload --json');
    expect(stdout).not.toMatch(/outbox|secret/);
  });
});
