import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { workingFolder } from '../bin/cli/support/deployed.ts';
import { type Assistant, assistant } from './support/assistant.ts';

interface First {
  readonly changed: 0;
  readonly wouldChange: number;
  readonly examples: readonly string[];
  readonly asked: string;
  readonly token?: string;
  readonly tokenCountsUntil?: string;
  readonly typed?: string;
}

interface Second {
  readonly changed: number;
  readonly unchanged: number;
  readonly said: string;
  readonly tone: string;
  readonly file?: string;
}

const TYPE = { type: 'send-email' };
const BODY = { to: 'ada@example.com', subject: 'fine', text: 'Hello.' };

/** A stage where changes are allowed, with three dead jobs. */
async function allowed(): Promise<Assistant> {
  workingFolder();
  const there = await assistant({ allowChanges: true });
  await there.graveyard(3);
  return there;
}

const parked = async ({ mail, world }: Assistant, id: string) => {
  mail(id, 'fine', { runAt: new Date(world.clock.now() + 3600_000).toISOString() });
  await world.drain();
};

/** Calls that change something at AWS. */
const writes = ({ world, plane }: Assistant): string[] =>
  [...world.sqs.calls, ...world.dynamoDb.calls, ...plane.calls]
    .map(({ name }) => name)
    .filter((name) => /Send|Delete|Put|Update|Transact/.test(name));

/** Both calls of a tool. */
async function twice(there: Assistant, tool: string, args: Record<string, unknown>) {
  const { data: first } = await there.call<First>(tool, args);
  const typed = first.typed === undefined ? {} : { typed: first.typed };
  return { first, second: await there.call<Second>(tool, { ...args, ...typed, token: first.token }) };
}

describe('the tools that change something', () => {
  test('say so, and what a first and a second call do', async () => {
    const there = await allowed();
    const { tools } = await there.client.listTools();
    const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false);
    expect(changing.map(({ name }) => name).toSorted()).toEqual([
      ...['cancel', 'cancel_all', 'correct', 'pause', 'purge', 'redrive', 'resume', 'retry', 'retry_all', 'send'],
    ]);
    const destroys = changing.filter(({ annotations }) => annotations?.destructiveHint === true);
    expect(destroys.map(({ name }) => name).toSorted()).toEqual(['cancel', 'cancel_all', 'purge']);
    for (const { description, inputSchema } of changing) {
      expect(description).toContain('Called without a token it changes nothing');
      expect(Object.keys(inputSchema.properties ?? {})).toEqual(expect.arrayContaining(['token', 'typed', 'type']));
    }
    expect(there.client.getInstructions()).toContain('Show that to the user');
  });

  test.each([
    ['redrive', TYPE, 3],
    ['purge', TYPE, 3],
    ['correct', { ...TYPE, key: 'a0', body: JSON.stringify({ id: 'a0', payload: BODY }) }, 1],
    ['retry', { ...TYPE, key: 'p' }, 1],
    ['cancel', { ...TYPE, key: 'p' }, 1],
    ['retry_all', {}, 1],
    ['cancel_all', TYPE, 1],
    ['send', { ...TYPE, payload: BODY }, 1],
    ['pause', TYPE, 1],
    ['resume', TYPE, 1],
  ])('%s called once changes nothing, and says what it would change', async (tool, args, count) => {
    const there = await allowed();
    await parked(there, 'p');
    const before = writes(there);
    const { stage, data } = await there.call<First>(tool, args);
    expect([stage, data.changed, data.wouldChange, writes(there)]).toEqual(['test', 0, count, before]);
    expect(data.examples.length).toBeLessThanOrEqual(3);
    expect(data.token).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(data.tokenCountsUntil ?? '')).toBe(there.world.clock.now() + 15 * 60_000);
  });

  test('offer no token where nothing matches', async () => {
    const there = await allowed();
    const { data } = await there.call<First>('redrive', { ...TYPE, error: 'nothing has this' });
    expect([data.wouldChange, data.token]).toEqual([0, undefined]);
  });
});

describe('a second call with the token', () => {
  test('of redrive sends back exactly those that were chosen, whatever died meanwhile', async () => {
    const there = await allowed();
    const { data: first } = await there.call<First>('redrive', { ...TYPE, error: 'mailbox' });
    expect(first).toMatchObject({ wouldChange: 3, examples: ['send-email a0', 'send-email a1', 'send-email a2'] });
    there.mail('late', 'permanent');
    await there.world.drain();
    const { data } = await there.call<Second>('redrive', { ...TYPE, error: 'mailbox', token: first.token });
    expect(data).toMatchObject({ changed: 3, unchanged: 0, said: '3 jobs sent back', tone: 'good' });
    expect(there.world.deadLetters.messages()).toHaveLength(1);
    expect(there.world.queue.messages()).toHaveLength(3);
  });

  test('of redrive takes runs by name', async () => {
    const there = await allowed();
    const { second } = await twice(there, 'redrive', { ...TYPE, jobs: [{ key: 'a1', run: 1 }] });
    expect(second.data).toMatchObject({ changed: 1 });
    expect(there.world.deadLetters.messages()).toHaveLength(2);
  });

  test('that finds all of them ended says so, as a warning', async () => {
    const there = await allowed();
    const { data: first } = await there.call<First>('redrive', TYPE);
    await there.run('dlq redrive send-email --yes');
    await there.world.drain();
    const { data } = await there.call<Second>('redrive', { ...TYPE, token: first.token });
    expect(data).toMatchObject({ changed: 0, unchanged: 3, tone: 'warning' });
    expect(data.said).toMatch(/^0 changed: all /);
  });

  test('of purge asks for the name first, saves, then deletes', async () => {
    const there = await allowed();
    expect((await there.call<First>('purge', TYPE)).data.typed).toBe('send-email');
    // A stage that keeps its data asks for its own name.
    there.plane.isProtected.add('sluice-test-core');
    const { data: first } = await there.call<First>('purge', TYPE);
    expect(first.typed).toBe('test');
    const { error } = await there.call('purge', { ...TYPE, token: first.token });
    expect(error?.message).toBe('nothing was changed: ask the user, then give typed: "test"');
    const { data } = await there.call<Second>('purge', { ...TYPE, token: first.token, typed: 'test' });
    expect([data.changed, there.world.deadLetters.messages()]).toEqual([3, []]);
    expect(
      readFileSync(data.file ?? '', 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(3);
  });

  test('of correct sends the job back with its new body', async () => {
    const there = await allowed();
    const body = JSON.stringify({ id: 'a0', payload: BODY });
    const { second } = await twice(there, 'correct', { ...TYPE, key: 'a0', body });
    expect(second.data).toMatchObject({ changed: 1, said: 'sent back with the corrected body' });
    await there.world.drain();
    expect(there.world.job('a0')?.status).toBe('COMPLETED');
  });

  test('of retry, cancel, pause, resume and send does what their verbs do', async () => {
    const there = await allowed();
    await parked(there, 'p');
    await parked(there, 'q');
    expect((await twice(there, 'retry', { ...TYPE, key: 'p' })).second.data).toMatchObject({ changed: 1 });
    expect(there.world.job('p')?.dueAt).toBe(there.world.clock.now());
    expect((await twice(there, 'cancel', { ...TYPE, key: 'q' })).second.data).toMatchObject({ changed: 1 });
    expect(there.world.job('q')?.status).toBe('CANCELLED');
    expect((await twice(there, 'pause', TYPE)).second.data).toMatchObject({ said: 'send-email is paused' });
    expect((await twice(there, 'resume', TYPE)).second.data).toMatchObject({ said: 'send-email is running' });
    const send = { ...TYPE, payload: BODY, id: 'mine' };
    expect((await twice(there, 'send', send)).second.data).toMatchObject({ said: 'sent as mine' });
    await there.world.drain();
    expect(there.world.job('mine')?.status).toBe('COMPLETED');
  });

  test('of retry_all and cancel_all changes the parked jobs that were there', async () => {
    const there = await allowed();
    for (const id of ['p', 'q']) await parked(there, id);
    const { data: first } = await there.call<First>('cancel_all', TYPE);
    await parked(there, 'late');
    const { data } = await there.call<Second>('cancel_all', { ...TYPE, token: first.token });
    expect([first.wouldChange, data.changed]).toEqual([2, 2]);
    expect(['p', 'q', 'late'].map((id) => there.world.job(id)?.status)).toEqual([
      'CANCELLED',
      'CANCELLED',
      'SCHEDULED',
    ]);
    expect((await twice(there, 'retry_all', {})).second.data).toMatchObject({ changed: 1 });
    expect(there.world.job('late')?.dueAt).toBe(there.world.clock.now());
  });

  test('of cancel cancels a batch as a whole', async () => {
    const there = await allowed();
    await parked(there, 'b');
    there.mail('b:0', 'fine', { runAt: new Date(there.world.clock.now() + 3600_000).toISOString() });
    await there.world.drain();
    const children = [{ type: 'send-email', n: 1 }];
    const deadlineAt = there.world.clock.now() + 3600_000;
    there.world.alter('b', { total: 1, children, open: new Set([0]), mode: 'settled', deadlineAt });
    const { first, second } = await twice(there, 'cancel', { ...TYPE, key: 'b', flow: true });
    expect([first.wouldChange, second.data.changed]).toEqual([2, 2]);
    expect(['b', 'b:0'].map((id) => there.world.job(id)?.status)).toEqual(['CANCELLED', 'CANCELLED']);
  });
});

describe('a token', () => {
  const REDRIVE = { ...TYPE, key: 'a0' };
  const USED = 'this token was used, or is older than 15 minutes: call without it, and choose again';

  test('counts once', async () => {
    const there = await allowed();
    const { first } = await twice(there, 'redrive', REDRIVE);
    const { error, stage } = await there.call('redrive', { ...REDRIVE, token: first.token });
    expect([error, stage]).toEqual([{ message: USED, exitCode: 2 }, 'test']);
  });

  test('counts for fifteen minutes', async () => {
    const there = await allowed();
    const { data } = await there.call<First>('redrive', REDRIVE);
    await there.world.clock.advance(15 * 60_000);
    expect((await there.call('redrive', { ...REDRIVE, token: data.token })).error?.message).toBe(USED);
    expect(there.world.deadLetters.messages()).toHaveLength(3);
  });

  test('is of one tool and its arguments', async () => {
    const there = await allowed();
    const before = writes(there);
    const { data } = await there.call<First>('redrive', REDRIVE);
    for (const [tool, args] of [
      ['redrive', TYPE],
      ['redrive', { ...REDRIVE, error: 'mailbox' }],
      ['purge', REDRIVE],
    ] as const) {
      const { error } = await there.call(tool, { ...args, token: data.token });
      expect(error?.message).toBe('this token is of another call: give the same arguments as when it was given');
    }
    expect(writes(there)).toEqual(before);
    expect((await there.call('redrive', { ...REDRIVE, token: data.token })).data).toMatchObject({ changed: 1 });
  });

  test('that nobody gave is refused', async () => {
    const there = await allowed();
    const made = { ...REDRIVE, token: crypto.randomUUID() };
    expect((await there.call('redrive', made)).error?.message).toBe(USED);
    expect((await there.call('redrive', { ...REDRIVE, token: 'yes' })).error?.message).toContain('redrive: token: ');
  });
});

test('a change tells the assistant how far it is, where it asks', async () => {
  const there = await allowed();
  const { data } = await there.call<First>('redrive', TYPE);
  const told: number[] = [];
  const named = { name: 'redrive', arguments: { ...TYPE, token: data.token } };
  await there.client.callTool(named, undefined, { onprogress: ({ progress }) => void told.push(progress) });
  expect(told.at(-1)).toBe(3);
});

test('two calls do not work through one dead-letter queue at a time', async () => {
  const there = await allowed();
  const [one, other] = await Promise.all(['a0', 'a1'].map((key) => there.call<First>('redrive', { ...TYPE, key })));
  const [, refused] = await Promise.all([
    there.call('redrive', { ...TYPE, key: 'a0', token: one?.data.token }),
    there.call('redrive', { ...TYPE, key: 'a1', token: other?.data.token }),
  ]);
  expect(refused.error?.message).toBe(
    'another call works through the dead letters of send-email: once it has ended, choose again',
  );
  expect(there.world.deadLetters.messages()).toHaveLength(2);
});

test.each([
  ['correct', { ...TYPE, key: 'a0', body: '{"payload":{}}' }, 'the corrected body is refused: '],
  ['retry', { ...TYPE, key: 'nobody' }, 'has no send-email job with key or id "nobody"'],
  ['redrive', { ...TYPE, key: 'a0', jobs: [{ key: 'a0', run: 1 }] }, 'give jobs or a filter, not both'],
  ['redrive', { type: 'send-mail' }, 'has no job type "send-mail"'],
  ['send', { type: 'send-mail', payload: {} }, 'has no job type "send-mail"'],
  ['send', { ...TYPE, payload: { ...BODY, to: 'nowhere' } }, 'payload/to: '],
  ['send', TYPE, 'payload: '],
])('%s of %j is refused at once, with what is wrong', async (tool, args, said) => {
  const there = await allowed();
  const before = writes(there);
  const { error, isError } = await there.call(tool, args);
  expect([isError, error?.message, writes(there)]).toEqual([true, expect.stringContaining(said), before]);
});
