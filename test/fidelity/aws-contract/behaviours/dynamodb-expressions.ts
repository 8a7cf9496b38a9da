import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { type Item, withItem } from '../table.ts';

const UPDATES = 'DynamoDB Developer Guide, "Using update expressions in DynamoDB"';
const CONDITIONS = 'DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions in DynamoDB"';

const n = (value: number | string): AttributeValue => ({ N: String(value) });
const RICH = {
  elems: { L: [n(1), n(2), n(3)] },
  box: { M: { x: n(1), core: { M: { y: n(2) } } } },
  tags: { SS: ['a', 'b'] },
  price: n('0.1'),
};

const VALUES: Item = {
  ...{ ':one': n(1), ':two': n(2), ':three': n(3), ':tenths': n('0.2'), ':elems': { L: [n(9)] }, ':empty': { L: [] } },
  ...{ ':b': { SS: ['b'] }, ':ab': { SS: ['a', 'b'] }, ':c': { SS: ['c'] }, ':ns': { NS: ['1'] } },
  ...{ ':L': { S: 'L' }, ':M': { S: 'M' }, ':SS': { S: 'SS' }, ':N': { S: 'N' }, ':what': { S: 'what' } },
};

/** Only the values that an expression uses: DynamoDB refuses the others. */
function valuesOf(
  ...expressions: readonly (string | undefined)[]
): Pick<UpdateItemCommandInput, 'ExpressionAttributeValues'> {
  const used = new Set(expressions.join(' ').match(/:\w+/g));
  const values = Object.entries(VALUES).filter(([name]) => used.has(name));
  return values.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(values) };
}

/** The attributes of a new item after each update, or why it is refused. */
const after =
  (...updates: readonly string[]) =>
  async (aws: AwsWithDynamoDb): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for (const UpdateExpression of updates) {
      const { table, id, item } = await withItem(aws);
      await table.put({ ...item, ...RICH });
      const call = table.update(id, { UpdateExpression, ...valuesOf(UpdateExpression), ReturnValues: 'UPDATED_NEW' });
      const ended = await outcome(call);
      const now = await table.get(id);
      seen.push(ended === 'accepted' ? changed(now, { ...item, ...RICH }) : ended);
    }
    return seen;
  };

function changed(now: Item = {}, before: Item): Item {
  const names = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(names.map((name) => [name, sorted(now[name])]));
}

/** The elements of a set come in no order. */
const sorted = (value: AttributeValue | undefined): AttributeValue =>
  value?.SS === undefined ? (value ?? { NULL: true }) : { SS: [...value.SS].sort() };

const conditions =
  (...all: readonly string[]) =>
  async (aws: AwsWithDynamoDb): Promise<string[]> => {
    const { table, id, item } = await withItem(aws);
    await table.put({ ...item, ...RICH });
    const seen: string[] = [];
    for (const ConditionExpression of all) {
      const UpdateExpression = 'SET seen = :one';
      seen.push(
        await outcome(
          table.update(id, {
            ConditionExpression,
            UpdateExpression,
            ...valuesOf(ConditionExpression, UpdateExpression),
          }),
        ),
      );
    }
    return seen;
  };

const [ACCEPTED, FAILED, REFUSED] = ['accepted', 'ConditionalCheckFailedException', 'ValidationException'];

export const EXPRESSIONS: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'item-list-append',
    what: 'list_append joins two lists, in the order given; a list that is not there has a fallback',
    source: { page: UPDATES },
    observe: after(
      'SET elems = list_append(elems, :elems)',
      'SET elems = list_append(:elems, elems)',
      'SET fresh = list_append(if_not_exists(fresh, :empty), :elems)',
      'SET elems = list_append(elems, :one)',
    ),
    onAws: [
      { elems: { L: [n(1), n(2), n(3), n(9)] } },
      { elems: { L: [n(9), n(1), n(2), n(3)] } },
      { fresh: { L: [n(9)] } },
      REFUSED,
    ],
  },
  {
    id: 'item-nested-paths',
    what: 'an update reaches into maps and lists; what is written beyond a list’s end follows it; what is removed leaves no gap',
    source: { page: UPDATES },
    observe: after(
      'SET box.x = box.x + :two, box.core.z = :one',
      'SET elems[1] = :one, elems[9] = :two',
      'REMOVE elems[0], elems[1], box.x',
      'SET gone.x = :one',
      'SET box.x = :one, box = :elems',
    ),
    onAws: [
      { box: { M: { x: n(3), core: { M: { y: n(2), z: n(1) } } } } },
      { elems: { L: [n(1), n(1), n(3), n(2)] } },
      { elems: { L: [n(3)] }, box: { M: { core: { M: { y: n(2) } } } } },
      REFUSED,
      REFUSED,
    ],
  },
  {
    id: 'item-sets',
    what: 'ADD puts elements into a set and makes it, DELETE takes them out; an empty set is gone; types must agree',
    source: { page: UPDATES },
    observe: after(
      'ADD tags :c, fresh :c',
      'DELETE tags :b',
      'DELETE tags :ab',
      'DELETE never :b',
      'ADD tags :ns',
      'DELETE tags :one',
    ),
    onAws: [{ tags: { SS: ['a', 'b', 'c'] }, fresh: { SS: ['c'] } }, { tags: { SS: ['a'] } }, {}, {}, REFUSED, REFUSED],
  },
  {
    id: 'item-one-operator',
    what: 'the right of SET has one operator, and each clause comes once',
    source: { page: UPDATES },
    observe: after('SET price = price + :tenths', 'SET n = n + :two - :one', 'SET n = :one SET word = :one'),
    onAws: [{ price: n('0.3') }, REFUSED, REFUSED],
  },
  {
    id: 'item-condition-functions',
    what: 'conditions of a size, of a type, and of what stands in maps, lists and sets',
    source: { page: CONDITIONS },
    observe: conditions(
      'size(elems) = :three AND size(tags) < :three AND size(word) >= :three',
      'size(n) >= :one',
      'attribute_type(elems, :L) AND attribute_type(box, :M) AND attribute_type(tags, :SS)',
      'attribute_type(elems, :N)',
      'attribute_type(elems, :what)',
      'box.x = :one AND elems[1] = :two AND attribute_not_exists(elems[7])',
      'contains(elems, :two) AND tags = :ab',
    ),
    onAws: [ACCEPTED, FAILED, ACCEPTED, FAILED, REFUSED, ACCEPTED, ACCEPTED],
  },
];
