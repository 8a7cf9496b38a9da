import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { type Item, type Table, withItem } from '../table.ts';

const UPDATES = 'DynamoDB Developer Guide, "Using update expressions in DynamoDB"';
const TYPES = 'DynamoDB Developer Guide, "Supported data types and naming rules in Amazon DynamoDB" (sets)';

const set = (...numbers: number[]): AttributeValue => ({ NS: numbers.map(String) });

/** The sets of an item; their elements come in no order. */
function shown({ open, dead }: Item = {}): Record<'open' | 'dead', string | undefined> {
  const listed = (value: AttributeValue | undefined) => value?.NS?.toSorted().join(' ');
  return { open: listed(open), dead: listed(dead) };
}

/** An update of an item with these sets, and what it answers: the item afterwards, or as it stands if it is refused. */
async function updating(
  aws: AwsWithDynamoDb,
  sets: Item,
  { values, ...input }: { values: Item } & Partial<UpdateItemCommandInput>,
): Promise<unknown> {
  const { table, id, item } = await withItem(aws);
  await table.put({ ...item, ...sets });
  return answered(table, id, { ...input, ExpressionAttributeValues: values });
}

async function answered(table: Table, id: string, input: Partial<UpdateItemCommandInput>): Promise<unknown> {
  const shows = { ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  try {
    const { Attributes } = await table.update(id, { ...shows, ...input });
    return { word: Attributes?.word?.S, ...shown(Attributes) };
  } catch (error) {
    const { name, Item: item } = error as Error & { Item?: Item };
    return { name, ...(item && { word: item.word?.S, ...shown(item) }) };
  }
}

const ENDS = { UpdateExpression: 'DELETE #open :n, dead :n', ExpressionAttributeNames: { '#open': 'open' } };
const DIES = {
  UpdateExpression: 'DELETE #open :n ADD dead :n',
  ConditionExpression: 'contains(#open, :one)',
  ExpressionAttributeNames: { '#open': 'open' },
};
const ONE = { ':n': set(1) };
const DIED = { ...ONE, ':one': { N: '1' } };

/** Statements with sets among their parameters: those that the engine writes items with. */
async function written(aws: AwsWithDynamoDb): Promise<unknown> {
  const { table } = await withItem(aws);
  const id = aws.newName('item');
  const insert = `INSERT INTO "T" VALUE {'id': ?, 'word': ?, 'open': ?}`;
  const update = `UPDATE "T" SET "dead" = ? WHERE "id" = ? AND "open" = ? AND "dead" IS MISSING`;
  const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
  const replies: unknown[] = [];
  for (const [Statement, ...Parameters] of [
    [insert, { S: id }, { S: 'old' }, set(0, 1, 10)],
    [update, set(1), { S: id }, set(10, 1, 0)],
    [update, set(1), { S: id }, set(10, 1, 0)],
  ] as [string, ...AttributeValue[]][]) {
    const [reply] = await table.execute({ Statement, Parameters, ReturnValuesOnConditionCheckFailure });
    const { Code, Item: item } = reply?.Error ?? {};
    replies.push(Code === undefined ? 'written' : [Code, shown(item)]);
  }
  return [replies, shown(await table.get(id))];
}

export const SETS: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'sets-delete',
    what: 'DELETE of what a set holds, does not hold, or of no set at all succeeds; the answer is the item afterwards',
    source: { page: UPDATES },
    observe: async (aws) => [
      await updating(aws, { open: set(0, 1, 10), dead: set(1, 2) }, { ...ENDS, values: ONE }),
      await updating(aws, { open: set(0, 10) }, { ...ENDS, values: ONE }),
      await updating(aws, {}, { ...ENDS, values: ONE }),
    ],
    onAws: [
      { word: 'old', open: '0 10', dead: '2' },
      { word: 'old', open: '0 10', dead: undefined },
      { word: 'old', open: undefined, dead: undefined },
    ],
  },
  {
    id: 'sets-emptied',
    what: 'a set whose last element is taken away is gone: attribute_not_exists holds',
    source: { page: UPDATES },
    async observe(aws) {
      const { table, id, item } = await withItem(aws);
      await table.put({ ...item, open: set(1) });
      const emptied = await answered(table, id, { ...ENDS, ExpressionAttributeValues: ONE });
      const after = await answered(table, id, {
        UpdateExpression: 'SET word = :word',
        ConditionExpression: 'attribute_not_exists(#open)',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':word': { S: 'new' } },
      });
      return [emptied, after];
    },
    onAws: ['old', 'new'].map((word) => ({ word, open: undefined, dead: undefined })),
  },
  {
    id: 'sets-contains',
    what: 'contains of an element holds, of none or on no set does not; the refusal shows the item as it stands',
    source: { page: UPDATES },
    observe: async (aws) => [
      await updating(aws, { open: set(0, 1) }, { ...DIES, values: DIED }),
      await updating(aws, { open: set(0), dead: set(1) }, { ...DIES, values: DIED }),
      await updating(aws, {}, { ...DIES, values: DIED }),
    ],
    onAws: [
      { word: 'old', open: '0', dead: '1' },
      { name: 'ConditionalCheckFailedException', word: 'old', open: '0', dead: '1' },
      { name: 'ConditionalCheckFailedException', word: 'old', open: undefined, dead: undefined },
    ],
  },
  {
    id: 'sets-no-item',
    what: 'a refused update of no item shows none, and makes none',
    source: { page: 'DynamoDB API Reference, UpdateItem' },
    async observe(aws) {
      const { table } = await withItem(aws);
      const id = aws.newName('never');
      return [await answered(table, id, { ...DIES, ExpressionAttributeValues: DIED }), await table.get(id)];
    },
    onAws: [{ name: 'ConditionalCheckFailedException' }, undefined],
  },
  {
    id: 'sets-in-statements',
    what: 'statements write sets, and compare them without regard to order',
    source: { page: 'DynamoDB Developer Guide, "PartiQL for DynamoDB" (data types)' },
    observe: written,
    onAws: [
      ['written', 'written', ['ConditionalCheckFailed', { open: '0 1 10', dead: '1' }]],
      { open: '0 1 10', dead: '1' },
    ],
  },
  {
    id: 'sets-empty',
    what: 'an empty set, and one that holds an element twice, are refused',
    source: { page: TYPES },
    async observe(aws) {
      const { table, id, item } = await withItem(aws);
      const values = { ':n': set() };
      return [
        await outcome(table.put({ ...item, open: set() })),
        await outcome(table.put({ ...item, open: set(1, 1) })),
        await outcome(table.put({ ...item, open: { SS: [] } })),
        await outcome(table.update(id, { ...ENDS, ExpressionAttributeValues: values })),
      ];
    },
    onAws: Array<string>(4).fill('ValidationException'),
  },
];
