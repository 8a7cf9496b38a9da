import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { type ListOptions, readList, readLists } from '../../../../lib/operator/jobs/lists.ts';
import { readItems } from '../../../../lib/operator/jobs/read-items.ts';
import { toCall } from '../../../../lib/testing/aws/faults.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const NO_INDEX = awsError('ValidationException', 'The table does not have the specified index: typeLists');
const NO_RIGHT = awsError('AccessDeniedException', 'not authorized to perform dynamodb:Query on index/typeLists');

/** Jobs on a list, `<type>#<key>`: each on the shard and at the time that its key says, as `3-100`. */
function listed(list: string, ...ids: string[]) {
  const world = makeWorld();
  for (const id of ids) {
    const [type = '', shard, listAt] = id.split(/[#-]/);
    world.dynamoDb.put(JOBS_TABLE, { id, type, listKey: `${list}#${shard}`, listAt: Number(listAt) });
  }
  return world;
}

/** Its table, whose queries are noted, and fail as `refuse` says. */
function watched(
  world: ReturnType<typeof makeWorld>,
  refuse: (input: QueryCommandInput) => Error | undefined = () => undefined,
) {
  const stage = stageOf(world);
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const inputs: QueryCommandInput[] = [];
  let running = 0;
  const most = { atOnce: 0 };
  const send = async (command: object) => {
    const input = toCall(command as never).input as QueryCommandInput;
    inputs.push(input);
    running += 1;
    most.atOnce = Math.max(most.atOnce, running);
    const error = refuse(input);
    const answer = error === undefined ? client.send(command) : Promise.reject(error);
    return answer.finally(() => {
      running -= 1;
    });
  };
  return { stage: { ...stage, aws: { ...stage.aws, dynamoDb: { send } as never } }, inputs, most };
}

/** With so many entries to a page. */
function inPages<There extends ReturnType<typeof watched>>(there: There, Limit: number): There {
  const client = there.stage.aws.dynamoDb as unknown as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  client.send = (command) =>
    send(Object.assign(command, { input: { ...(toCall(command as never).input as object), Limit } }));
  return there;
}

const noIndex = (error: Error) => (input: QueryCommandInput) => (input.IndexName === 'typeLists' ? error : undefined);
const keys = ({ entries }: { entries: readonly { id: string }[] }) => entries.map(({ id }) => id);

describe('a query', () => {
  test('of all types asks the index of all, shard by shard', async () => {
    const { stage, inputs } = watched(listed('due', 'a#0-5'));
    await readList(stage, 'due', { sinceMs: 1, untilMs: 9 });
    expect(inputs).toHaveLength(8);
    expect(inputs[3]).toStrictEqual({
      ...{ TableName: 'sluice-test-jobs', IndexName: 'lists', ScanIndexForward: true },
      KeyConditionExpression: '#listKey = :listKey AND #listAt BETWEEN :since AND :until',
      ExpressionAttributeNames: { '#listKey': 'listKey', '#listAt': 'listAt' },
      ExpressionAttributeValues: { ':listKey': { S: 'due#3' }, ':since': { N: '1' }, ':until': { N: '9' } },
    });
  });

  test('of one type asks the index of types', async () => {
    const { stage, inputs } = watched(listed('dead', 'a#0-5'));
    await readList(stage, 'dead', { type: 'a' });
    expect(inputs).toHaveLength(8);
    expect(inputs[0]).toStrictEqual({
      ...{ TableName: 'sluice-test-jobs', IndexName: 'typeLists', ScanIndexForward: false },
      KeyConditionExpression: '#listKey = :listKey AND #type = :type AND #listAt BETWEEN :since AND :until',
      ExpressionAttributeNames: { '#listKey': 'listKey', '#listAt': 'listAt', '#type': 'type' },
      ExpressionAttributeValues: {
        ...{ ':listKey': { S: 'dead#0' }, ':type': { S: 'a' }, ':since': { N: '0' } },
        ':until': { N: '9007199254740991' },
      },
    });
  });

  test.each([
    ['due', ['a#1-1', 'b#0-2', 'a#2-3']],
    ['dead', ['a#2-3', 'b#0-2', 'a#1-1']],
  ] as const)('of the list %s is in its order over all shards', async (list, wanted) => {
    const { stage } = watched(listed(list, 'b#0-2', 'a#1-1', 'a#2-3'));
    expect(keys(await readList(stage, list))).toEqual(wanted);
    expect(keys(await readList(stage, list, { type: 'a' }))).toEqual(wanted.filter((id) => id.startsWith('a')));
  });
});

describe('a stage without the index of types', () => {
  const options: ListOptions = { type: 'a', sinceMs: 2 };
  const world = () => listed('due', 'a#0-1', 'a#0-2', 'b#0-3', 'a#5-4');

  test.each([NO_INDEX, NO_RIGHT, awsError('AccessDenied', 'no')])('is read by the index of all: %s', async (error) => {
    const { stage, inputs } = watched(world(), noIndex(error));
    expect(await readList(stage, 'due', options)).toMatchObject({ truncated: false });
    expect(keys(await readList(stage, 'due', options))).toEqual(['a#0-2', 'a#5-4']);
    expect(inputs.filter(({ IndexName }) => IndexName === 'lists')).toHaveLength(16);
  });

  test.each(['ResourceNotFoundException', 'NotAValidationException', 'AccessDeniedExceptionToo'])(
    'is not what an error named %s says',
    async (name) => {
      const error = awsError(name, 'no');
      const { stage, inputs } = watched(world(), noIndex(error));
      await expect(readList(stage, 'due', options)).rejects.toBe(error);
      expect(inputs.every(({ IndexName }) => IndexName === 'typeLists')).toBe(true);
    },
  );

  test('that lacks the other right, too, fails as the first call failed', async () => {
    const { stage } = watched(world(), ({ IndexName }) => (IndexName === 'typeLists' ? NO_INDEX : NO_RIGHT));
    await expect(readList(stage, 'due', options)).rejects.toBe(NO_INDEX);
  });
});

describe('the lists of many types', () => {
  const ids = ['gone#0-0', 'a#0-1', 'a#0-2', 'a#0-3', 'b#0-4', 'c#0-5', 'd#0-6', 'e#0-7'];
  const types = ['a', 'b', 'c', 'd', 'e'];

  test('are read in one go, if they are short', async () => {
    const { stage, inputs } = watched(listed('due', ...ids));
    const lists = await readLists(stage, 'due', { types });
    expect([keys(lists), lists.truncated, [...lists.cut]]).toEqual([ids, false, []]);
    expect(inputs).toHaveLength(8);
  });

  test('are read by type, if they are long: four types at a time', async () => {
    const { stage, inputs, most } = inPages(watched(listed('due', ...ids)), 2);
    const lists = await readLists(stage, 'due', { types, perShard: 2 });
    expect([lists.truncated, [...lists.cut]]).toEqual([true, ['a']]);
    expect(keys(lists)).toEqual(ids.filter((id) => id !== 'a#0-3'));
    expect(most.atOnce).toBe(32);
    expect(inputs).toHaveLength(8 + 5 * 8);
    const reversed = inPages(watched(listed('dead', ...ids)), 2);
    expect(keys(await readLists(reversed.stage, 'dead', { types, perShard: 2 }))).toEqual([
      ...['e#0-7', 'd#0-6', 'c#0-5', 'b#0-4', 'a#0-3', 'a#0-2'],
    ]);
  });

  test('that are cut in one shard alone are cut', async () => {
    const { stage } = inPages(watched(listed('due', 'a#0-1', 'a#0-2', 'a#1-3')), 2);
    expect(await readList(stage, 'due', { perShard: 1 })).toMatchObject({ truncated: true });
    expect(await readList(stage, 'due', { perShard: 1, untilMs: 1 })).toMatchObject({ truncated: false });
  });
});

test('items of a throttled table are an error of that name, and an answer without them is none', async () => {
  const world = makeWorld();
  const stage = { ...stageOf(world), sleep: async () => undefined };
  world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0], code: '' }, 100);
  await expect(readItems(stage, ['a#b'], ['id'])).rejects.toMatchObject({ name: 'ThrottledReadError' });
  const dynamoDb = { send: async () => ({}) } as never;
  expect(await readItems({ ...stage, aws: { ...stage.aws, dynamoDb } }, ['a#b'], ['id'])).toEqual([]);
});
