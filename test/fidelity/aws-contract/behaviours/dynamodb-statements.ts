import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { type Item, useTable } from '../table.ts';

const PARTIQL = 'DynamoDB API Reference, BatchExecuteStatement and BatchStatementError';

const insert = (id: string, pad = 'x') => ({
  Statement: `INSERT INTO "T" VALUE {'id': ?, 'pad': ?}`,
  Parameters: [{ S: id }, { S: pad }],
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

/** Sets `pad` where it is `from`, and takes `gone` away. */
const update = (id: string, from: string, to: string) => ({
  Statement: `UPDATE "T" SET "pad" = ? REMOVE "gone" WHERE "id" = ? AND "pad" = ? AND "never" IS MISSING`,
  Parameters: [{ S: to }, { S: id }, { S: from }],
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

async function withItem(aws: AwsWithDynamoDb) {
  const table = useTable(aws);
  const id = aws.newName('item');
  await table.put({ id: { S: id }, pad: { S: 'old' }, gone: { S: 'x' } });
  return { table, id, other: aws.newName('item') };
}

const shown = (item: Item | undefined) => item && { pad: item.pad?.S, gone: item.gone?.S };

export const STATEMENTS: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'statements-written',
    what: 'a batch of statements answers the table of each write, without an item',
    source: { recorded: 'ddb-batch-execute-statement' },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const responses = await table.execute(insert(other), update(id, 'old', 'new'));
      const named = responses.map(({ TableName, ...rest }) => [TableName === aws.table, rest]);
      return [named, shown(await table.get(id))];
    },
    onAws: [
      [
        [true, {}],
        [true, {}],
      ],
      { pad: 'new', gone: undefined },
    ],
  },
  {
    id: 'statements-fail-alone',
    what: 'a statement fails alone: the others are written',
    source: { page: PARTIQL },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const responses = await table.execute(insert(id), insert(other));
      return [responses.map(({ Error: error }) => error?.Code), (await table.get(other)) !== undefined];
    },
    onAws: [['DuplicateItem', undefined], true],
  },
  {
    id: 'statements-insert-existing',
    what: 'an INSERT of an existing item does not return the item',
    source: { page: PARTIQL },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      const [response] = await table.execute(insert(id));
      return [response?.Error?.Code, shown(response?.Error?.Item)];
    },
    onAws: ['DuplicateItem', undefined],
  },
  {
    id: 'statements-condition-failed',
    what: 'an UPDATE whose condition fails tells the item as it stands',
    source: { page: PARTIQL },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      const [response] = await table.execute(update(id, 'other', 'new'));
      return [response?.Error?.Code, response?.Error?.Message, shown(response?.Error?.Item)];
    },
    onAws: ['ConditionalCheckFailed', 'The conditional request failed', { pad: 'old', gone: 'x' }],
  },
  {
    id: 'statements-update-missing',
    what: 'an UPDATE never makes an item',
    source: { page: 'DynamoDB Developer Guide, "PartiQL update statements for DynamoDB"' },
    async observe(aws) {
      const { table, other } = await withItem(aws);
      const [response] = await table.execute(update(other, 'old', 'new'));
      return [response?.Error?.Code, shown(response?.Error?.Item), (await table.get(other)) === undefined];
    },
    onAws: ['ConditionalCheckFailed', undefined, true],
  },
  {
    id: 'statements-too-large',
    what: 'a statement that would make an item too large fails alone, and its message names the size',
    source: { reasoning: 'no page names the code; if it were another, such a job would stay in its queue' },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const [large, small] = await table.execute(update(id, 'old', 'x'.repeat(410_000)), insert(other));
      return [large?.Error?.Code, /size/i.test(large?.Error?.Message ?? ''), small?.Error];
    },
    onAws: ['ValidationError', true, undefined],
  },
  {
    id: 'statements-count',
    what: 'a batch has 1 to 25 statements',
    source: { page: PARTIQL },
    async observe(aws) {
      const table = useTable(aws);
      const many = (count: number) => Array.from({ length: count }, () => insert(aws.newName('item')));
      return [await outcome(table.execute(...many(25))), await outcome(table.execute(...many(26)))];
    },
    onAws: ['accepted', 'ValidationException'],
  },
  {
    id: 'statements-empty-parameters',
    what: 'an empty list of parameters is refused',
    source: { recorded: 'ddb-statement-empty-parameters' },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      const Statement = `UPDATE "T" SET "pad" = 'y' WHERE "id" = '${id}'`;
      return outcome(table.execute({ Statement, Parameters: [] }));
    },
    onAws: 'ValidationException',
  },
];
