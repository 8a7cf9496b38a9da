import type { BatchExecuteStatementCommandInput, BatchStatementResponse } from '@aws-sdk/client-dynamodb';
import { awsError, type Fault, partlyHit } from '../faults.ts';
import { matches, type PartiQl, parseStatement, StatementError } from './partiql.ts';
import { ITEM_TOO_LARGE, type MemoryTable, pick } from './table.ts';
import { canonical, type Item } from './values.ts';

type Tables = (name: string | undefined) => MemoryTable;

/**
 * BatchExecuteStatement: at most 25 statements, each with its own condition, each failing alone.
 *
 * @throws ValidationException if the call as a whole is refused: nothing of it happens
 */
export function executeStatements(
  { Statements = [] }: BatchExecuteStatementCommandInput,
  table: Tables,
  fault: Fault | undefined,
): { Responses: BatchStatementResponse[] } {
  if (Statements.length < 1 || Statements.length > 25) {
    throw awsError('ValidationException', `${Statements.length} statements, 1 to 25 allowed`);
  }
  const parsed = Statements.map(({ Statement = '', Parameters, ReturnValuesOnConditionCheckFailure }) => ({
    statement: parsedOrRefused(Statement, Parameters ?? []),
    returnsOld: ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  }));
  const targets = parsed.map(({ statement }) => [statement.table, keyOf(statement, table)]);
  if (new Set(targets.map(canonical)).size < targets.length) {
    throw awsError('ValidationException', 'Transaction request cannot include multiple operations on one item');
  }
  return {
    Responses: parsed.map((one, i) => {
      const hit = partlyHit(fault, i);
      return hit ? failure(hit.code, `${hit.code}: injected`) : execute(one, table);
    }),
  };
}

function parsedOrRefused(text: string, parameters: Parameters<typeof parseStatement>[1]): PartiQl {
  try {
    return parseStatement(text, parameters);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw awsError('ValidationException', `Statement wasn't well formed, can't be processed: ${error.message}`);
  }
}

const keyOf = (statement: PartiQl, table: Tables): Item =>
  pick(statement.kind === 'insert' ? statement.item : statement.equal, table(statement.table).key);

function execute(
  { statement, returnsOld }: { statement: PartiQl; returnsOld: boolean },
  tables: Tables,
): BatchStatementResponse {
  const table = tables(statement.table);
  const old = table.get(keyOf(statement, tables));
  if (statement.kind === 'insert') {
    if (old !== undefined) return failure('DuplicateItem', 'Duplicate primary key exists in table');
    return put(table, statement.item);
  }
  if (old === undefined || !matches(statement, old)) {
    const Item = returnsOld ? old : undefined;
    return failure('ConditionalCheckFailed', 'The conditional request failed', Item);
  }
  const after = { ...old, ...statement.set };
  for (const name of statement.remove) delete after[name];
  return put(table, after);
}

function put(table: MemoryTable, item: Item): BatchStatementResponse {
  try {
    table.put(item);
    return { TableName: table.name };
  } catch (error) {
    if (error instanceof Error && error.message === ITEM_TOO_LARGE) return failure('ValidationError', ITEM_TOO_LARGE);
    throw error;
  }
}

type Code = NonNullable<BatchStatementResponse['Error']>['Code'];

const failure = (code: string, Message: string, Item?: Item): BatchStatementResponse => ({
  Error: { Code: code as Code, Message, ...(Item !== undefined && { Item }) },
});
