import { EXPRESSIONS } from './dynamodb-expressions.ts';
import { ITEMS } from './dynamodb-items.ts';
import { QUERIES } from './dynamodb-queries.ts';
import { SETS } from './dynamodb-sets.ts';
import { STATEMENTS } from './dynamodb-statements.ts';
import { TRANSACTIONS } from './dynamodb-transactions.ts';
import { VALUES } from './dynamodb-values.ts';

/** What DynamoDB does. */
export const DYNAMODB_BEHAVIOURS = [
  ...ITEMS,
  ...EXPRESSIONS,
  ...SETS,
  ...VALUES,
  ...STATEMENTS,
  ...TRANSACTIONS,
  ...QUERIES,
];
