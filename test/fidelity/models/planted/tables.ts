import { least, long, MATCH, MISSING, most, NUMBER, ONE_OF, type Planted, TEXT, times, UNKNOWN } from './plant.ts';

const TableName = 'sluice-test-jobs';
const key = (i: number) => ({ id: { S: `job-${i}` } });
const statement = { Statement: 'UPDATE "t" SET a = ? WHERE id = ?', Parameters: [{ S: 'a' }, { S: 'b' }] };
const write = (i: number) => ({ Put: { TableName, Item: key(i) } });

/** What goes to DynamoDB. */
export const TABLES: readonly Planted[] = [
  {
    operation: 'BatchExecuteStatement',
    request: { Statements: [{ ...statement, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }] },
    mistakes: [
      ['Statements', times(26, () => statement), most(25)],
      ['Statements', [], least(1)],
      ['Statements[0].Statement', long(8193), most(8192)],
      ['Statements[0].Statement', undefined, MISSING],
      ['Statements[0].Parameters', [], least(1)],
      ['Statements[0].Parameters[0]', { S: 'a', N: '1' }, /must have one member, it has 2/],
      ['Statements[0].Parameters[0]', {}, /must have one member, it has 0/],
      ['Statements[0].Parameters[0]', 'a', /must be an object/],
      ['Statements[0].Parameters[1].S', 5, TEXT],
      ['Statements[0].ReturnValuesOnConditionCheckFailure', 'ALL_NEW', ONE_OF],
    ],
  },
  {
    operation: 'BatchGetItem',
    request: { RequestItems: { [TableName]: { Keys: times(100, key), ConsistentRead: true } } },
    mistakes: [
      [`RequestItems.${TableName}.Keys`, times(101, key), most(100)],
      [`RequestItems.${TableName}.Keys`, [], least(1)],
      [`RequestItems.${TableName}.ConsistentRead`, 'yes', /must be a boolean/],
      [`RequestItems.${TableName}.ProjectionExpressions`, 'id', UNKNOWN],
      ['RequestItems', {}, least(1)],
    ],
  },
  {
    operation: 'TransactWriteItems',
    request: { TransactItems: times(100, write), ClientRequestToken: long(36) },
    mistakes: [
      ['TransactItems', times(101, write), most(100)],
      ['ClientRequestToken', long(37), most(36)],
      ['TransactItems[0].Put.Item', undefined, MISSING],
      ['TransactItems[0].Put.TableName', '', least(1)],
      ['TransactItems[0].Insert', {}, UNKNOWN],
      ['TransactItems[0].Put.Item.id.S', 4, TEXT],
    ],
  },
  {
    operation: 'Query',
    request: { TableName, IndexName: 'byList', KeyConditionExpression: '#a = :a', Limit: 100, Select: 'COUNT' },
    mistakes: [
      ['Limit', 0, least(1)],
      ['Limit', '100', NUMBER],
      ['Select', 'COUNTS', ONE_OF],
      ['IndexName', 'ab', least(3)],
      ['IndexName', 'by list', MATCH],
      ['ScanIndexForward', 0, /must be a boolean/],
    ],
  },
  {
    operation: 'UpdateItem',
    request: { TableName, Key: key(1), UpdateExpression: 'SET a = :a', ReturnValues: 'ALL_NEW' },
    mistakes: [
      ['ReturnValues', 'NEW', ONE_OF],
      ['Key', undefined, MISSING],
      ['Key.id', { Text: 'a' }, UNKNOWN],
      ['ExpressionAttributeNames', ['#a'], /must be an object/],
    ],
  },
  {
    operation: 'Scan',
    request: { TableName, TotalSegments: 4, Segment: 0 },
    mistakes: [
      ['TotalSegments', 1_000_001, most(1_000_000)],
      ['Segment', -1, least(0)],
    ],
  },
  { operation: 'GetItem', request: { TableName, Key: key(1) }, mistakes: [['Keys', [], UNKNOWN]] },
  { operation: 'PutItem', request: { TableName, Item: key(1) }, mistakes: [['Item', undefined, MISSING]] },
];
