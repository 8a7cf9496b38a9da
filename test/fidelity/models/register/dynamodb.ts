import { MAX_KEYS as CLIENT_KEYS } from '../../../../lib/client/looks.ts';
import { MAX_PARKED_BYTES } from '../../../../lib/contract/protocol/job-item.ts';
import { MAX_KEYS as ENGINE_KEYS } from '../../../../lib/engine/calls/reads.ts';
import { MAX_STATEMENTS } from '../../../../lib/engine/calls/writes.ts';
import { MAX_WRITES as ENGINE_WRITES, TRANSIENT } from '../../../../lib/engine/table/transaction.ts';
import { MAX_KEYS as OPERATOR_KEYS } from '../../../../lib/operator/jobs/read-items.ts';
import { PAGE_BYTES as OPERATOR_PAGE } from '../../../../lib/operator/jobs/scan.ts';
import { MAX_WRITES as PRODUCER_WRITES } from '../../../../lib/producer/enqueue-write.ts';
import { MAX_ITEM_BYTES } from '../../../../lib/testing/aws/dynamodb/item-size.ts';
import { PAGE_BYTES as MEMORY_PAGE } from '../../../../lib/testing/aws/dynamodb/queries.ts';
import { MAX_ITEMS, TOKEN_MS } from '../../../../lib/testing/aws/dynamodb/transaction.ts';
import { type Bound, model, text, words } from '../bound.ts';

const KB = 1024;
const MB = 1024 * KB;

const BATCHES: readonly Bound[] = [
  ...[
    ['the engine', ENGINE_KEYS] as const,
    ['the operator', OPERATOR_KEYS] as const,
    ['the client', CLIENT_KEYS] as const,
  ].map(([whose, keys]) => ({
    what: `keys of a BatchGetItem (MAX_KEYS of ${whose})`,
    ours: { is: keys },
    from: text('dynamodb', 'BatchGetItemCommand', /can contain as many as (\d+) items/),
  })),
  {
    what: 'keys of a BatchGetItem, by the model',
    ours: { is: ENGINE_KEYS },
    from: model('dynamodb', 'KeyList', 'max'),
  },
  {
    what: 'statements of a BatchExecuteStatement (MAX_STATEMENTS)',
    ours: { is: MAX_STATEMENTS },
    from: model('dynamodb', 'PartiQLBatchRequest', 'max'),
  },
  {
    what: 'parameters of a statement: an empty list is refused',
    ours: { is: 1 },
    from: model('dynamodb', 'PreparedStatementParameters', 'min'),
  },
  {
    what: 'writes of a transaction beside the job’s own (MAX_WRITES of the engine)',
    ours: { within: ENGINE_WRITES + 1 },
    from: text('dynamodb', 'TransactWriteItemsInput.TransactItems', /array of up to (\d+) /),
  },
  {
    what: 'writes of a transaction (MAX_WRITES of the producer)',
    ours: { is: PRODUCER_WRITES },
    from: text('dynamodb', 'TransactWriteItemsCommand', /groups up to (\d+) action requests/),
  },
  {
    what: 'writes of a transaction (MAX_ITEMS of the in-memory DynamoDB)',
    ours: { is: MAX_ITEMS },
    from: model('dynamodb', 'TransactWriteItemList', 'max'),
  },
  {
    what: 'how long a request token holds, ms (TOKEN_MS)',
    ours: { is: TOKEN_MS },
    from: text('dynamodb', 'TransactWriteItemsInput.ClientRequestToken', /valid for (\d+) minutes/, 60_000),
  },
];

const ITEMS: readonly Bound[] = [
  {
    what: 'an item, bytes (MAX_ITEM_BYTES)',
    ours: { is: MAX_ITEM_BYTES },
    from: text('dynamodb', 'TransactWriteItemsCommand', /\(bigger than (\d+) KB\)/, KB),
  },
  {
    what: 'an envelope that is parked in its item, bytes (MAX_PARKED_BYTES)',
    ours: { within: MAX_PARKED_BYTES },
    from: text('dynamodb', 'TransactWriteItemsCommand', /\(bigger than (\d+) KB\)/, KB),
  },
  {
    what: 'a page of a query, bytes (PAGE_BYTES of the in-memory DynamoDB)',
    ours: { is: MEMORY_PAGE },
    from: text('dynamodb', 'QueryCommand', /a maximum of (\d+) MB of data/, MB),
  },
  {
    what: 'a page of a scan, bytes (PAGE_BYTES of the operator)',
    ours: { is: OPERATOR_PAGE },
    from: text('dynamodb', 'ScanCommand', /maximum dataset size limit of (\d+) MB/, MB),
  },
];

const WORDS: readonly Bound[] = [
  {
    what: 'what a refused condition gives back',
    ours: { words: ['ALL_OLD', 'NONE'] },
    from: words('dynamodb', 'ReturnValuesOnConditionCheckFailure'),
  },
  {
    what: 'what a write gives back',
    ours: { words: ['ALL_NEW', 'ALL_OLD', 'NONE'] },
    from: words('dynamodb', 'ReturnValue'),
  },
  { what: 'a query that counts', ours: { words: ['COUNT'] }, from: words('dynamodb', 'Select') },
  {
    what: 'codes by which a statement fails alone (engine/calls/writes)',
    ours: {
      words: [
        ...['ConditionalCheckFailed', 'DuplicateItem', 'ItemCollectionSizeLimitExceeded', 'ValidationError'],
        ...['AccessDenied', 'ResourceNotFound'],
      ],
    },
    from: words('dynamodb', 'BatchStatementErrorCodeEnum'),
  },
  {
    what: 'codes of a statement that may pass (TRANSIENT)',
    ours: { words: TRANSIENT },
    from: words('dynamodb', 'BatchStatementErrorCodeEnum'),
  },
  {
    what: 'whether a table lets items expire',
    ours: { words: ['ENABLED', 'ENABLING'] },
    from: words('dynamodb', 'TimeToLiveStatus'),
  },
  { what: 'how a table is billed', ours: { words: ['PAY_PER_REQUEST'] }, from: words('dynamodb', 'BillingMode') },
];

export const DYNAMODB: readonly Bound[] = [...BATCHES, ...ITEMS, ...WORDS];
