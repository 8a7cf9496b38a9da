import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { dead, normalisedError } from '../../../../lib/operator/index.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

describe('errors of one cause', () => {
  test.each([
    ['order 1017 not found', 'order 8 not found', 'E: order <n> not found'],
    ['host-1 answered 404', 'host-22 answered 404', 'E: <id> answered 404'],
    ['no card pi_3Abc9', 'no card pi_77Zz', 'E: no card <id>'],
    [
      'user 0198c1a2-7b3c-7def-8123-0123456789ab is gone',
      'user 0198c1a2-7b3c-7def-8123-ba9876543210 is gone',
      'E: user <uuid> is gone',
    ],
    ['at 2026-01-31T09:00:00Z', 'at 2026-02-01T10:30:00.123+01:00', 'E: at <time>'],
    ['ada@example.com bounced', 'bob.b@mail.example.org bounced', 'E: <e-mail> bounced'],
    ['GET https://a.example/1 failed', 'GET http://b.example/2?x=3 failed', 'E: GET <url> failed'],
    ['connect 10.0.0.1:443', 'connect 192.168.1.20:8080', 'E: connect <address>'],
    ['"ada" is no number', '“x y” is no number', 'E: <text> is no number'],
    ['digest 9f86d081884c7d65 differs', 'digest a948904f2f0f479b differs', 'E: digest <hex> differs'],
  ])('are one group: %s, %s', (one, other, group) => {
    expect(normalisedError({ name: 'E', message: one })).toBe(group);
    expect(normalisedError({ name: 'E', message: other })).toBe(group);
  });

  test('are cut to a line of 120 characters, and to the name if there is no message', () => {
    expect(normalisedError({ name: 'E', message: `a\n b ${'word '.repeat(100)}` })).toMatch(/^E: a b word .*…$/);
    expect(normalisedError({ name: 'E', message: 'w'.repeat(500) })).toHaveLength(123);
    expect(normalisedError({ name: 'E', message: '' })).toBe('E');
    expect(normalisedError({ name: 'E', message: ' \n x ' })).toBe('E: x');
    expect(normalisedError({ name: 'E', message: 'w'.repeat(120) })).toBe(`E: ${'w'.repeat(120)}`);
    expect(normalisedError({ name: 'E', message: 'w'.repeat(121) })).toBe(`E: ${'w'.repeat(119)}…`);
  });

  test('keep their words and names', () => {
    expect(normalisedError({ name: 'card_declined', message: 'Your card was declined.' })).toBe(
      'card_declined: Your card was declined.',
    );
  });
});

async function graveyard() {
  const world = makeWorld({
    perform(_payload, { job }) {
      throw new PermanentError(job.id.startsWith('x') ? `order ${job.id.length * 7} is gone` : 'declined');
    },
  });
  for (const id of ['x1', 'x22', 'y1']) {
    world.send({ id });
    await world.drain();
    await world.clock.advance(60_000);
  }
  world.send({ id: 'bad', nonsense: 1 });
  await world.drain();
  return world;
}

describe('the list of dead jobs', () => {
  test('has the newest first, grouped by type, reason and error, and touches no message', async () => {
    const world = await graveyard();
    const calls = world.sqs.calls.length;
    const { jobs, groups, truncated } = await dead(stageOf(world));
    expect(jobs.map(({ key }) => key)).toEqual(['bad', 'y1', 'x22', 'x1']);
    expect(groups.map(({ reason, error, jobs: count }) => [reason, error, count])).toEqual([
      ['PermanentError', 'PermanentError: order <n> is gone', 2],
      ['InvalidMessage', 'InvalidMessageError: <text> is not a field of the envelope', 1],
      ['PermanentError', 'PermanentError: declined', 1],
    ]);
    expect(groups[0]?.first).toBe(jobs[3]?.failedAt);
    expect(groups[0]?.last).toBe(jobs[2]?.failedAt);
    expect(truncated).toBe(false);
    expect(world.sqs.calls.slice(calls).map(({ name }) => name)).toEqual(['ListQueues']);
    expect(JSON.stringify({ jobs, groups })).not.toContain('correct-horse');
  });

  test.each([
    ['type', 'probe', {}, 4],
    ['reason', undefined, { reason: 'InvalidMessage' }, 1],
    ['error', undefined, { error: 'IS GONE' }, 2],
    ['error’s name', undefined, { error: 'invalidmessage' }, 1],
    ['key', undefined, { key: 'x22' }, 1],
    ['part of a key', undefined, { key: 'x' }, 0],
  ])('is filtered by %s', async (_, type, filter, count) => {
    const world = await graveyard();
    expect((await dead(stageOf(world), type, filter)).jobs).toHaveLength(count);
  });

  test('is filtered by age', async () => {
    const world = await graveyard();
    const sinceMs = world.clock.now() - 61_000;
    expect((await dead(stageOf(world), 'probe', { sinceMs })).jobs.map(({ key }) => key)).toEqual(['bad', 'y1']);
  });

  test('is filtered by age where a key is given, too: to the millisecond', async () => {
    const world = await graveyard();
    const sinceMs = Date.parse(world.job('x22')?.failedAt ?? '');
    expect((await dead(stageOf(world), 'probe', { key: 'x22', sinceMs })).jobs).toHaveLength(1);
    expect((await dead(stageOf(world), 'probe', { key: 'x22', sinceMs: sinceMs + 1 })).jobs).toEqual([]);
  });

  test('has the newest first in whatever order DynamoDB answers, and a group for what has no error', async () => {
    const world = await graveyard();
    world.alter('y1', { error: undefined });
    const client = world.dynamoDb.client as { send(command: object): Promise<object> };
    const send = client.send.bind(client);
    client.send = async (command) => {
      const answer = (await send(command)) as { Responses?: Record<string, unknown[]> };
      for (const items of Object.values(answer.Responses ?? {})) items.reverse();
      return answer;
    };
    const { jobs, groups } = await dead(stageOf(world));
    expect(jobs.map(({ key }) => key)).toEqual(['bad', 'y1', 'x22', 'x1']);
    expect(groups.map(({ error }) => error)).toContain('—');
  });

  test.each([
    ['of one type by the index of types', 'probe', 'typeLists'],
    ['of all by the index of all', undefined, 'lists'],
  ])('%s is read since the time that was asked for', async (_, type, index) => {
    const world = await graveyard();
    await dead(stageOf(world), type, { sinceMs: 7 });
    const queries = world.dynamoDb.calls.filter(({ name }) => name === 'Query').map(({ input }) => input);
    expect(queries.at(-1)).toMatchObject({ IndexName: index, ExpressionAttributeValues: { ':since': { N: '7' } } });
  });

  test('leaves out jobs that run again, though the index lags', async () => {
    const world = await graveyard();
    world.alter('y1', { status: 'INPROGRESS' });
    expect((await dead(stageOf(world))).jobs).toHaveLength(3);
  });

  test('includes items that DynamoDB left unprocessed at first', async () => {
    const world = await graveyard();
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0], code: '' }, 2);
    expect((await dead(stageOf(world))).jobs).toHaveLength(4);
    expect(world.dynamoDb.faults.pending).toBe(0);
  });

  test('of an unknown type is refused; the error names the known types', async () => {
    const world = await graveyard();
    await expect(dead(stageOf(world), 'mail')).rejects.toThrow(/no job type "mail"; it has: probe/);
  });
});
