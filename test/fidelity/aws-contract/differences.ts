import { accepted, type Difference } from './difference.ts';
import { OF_LOCALSTACK } from './differences-localstack.ts';
import { OF_MINISTACK } from './differences-ministack.ts';

const n = (value: number) => ({ N: String(value) });

/** Both emulators: MiniStack keeps LocalStack's tables. */
const OF_BOTH: readonly Difference[] = [
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a delay has no limits',
    observed: { 'send-delay-limits': accepted(3), 'batch-entry-delay': 'sent' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a visibility has no limits',
    observed: { 'visibility-limits': accepted(2), 'visibility-twelve-hours': accepted(2) },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a message has any number of attributes',
    observed: { 'send-attribute-count': accepted(1) },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'SenderId is the account’s number',
    observed: { 'receive-sender': 'the account' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a queue can be purged again at once',
    observed: { 'queue-purge-twice': 'accepted' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'no digest is ever null: a schema that refuses null passes here and fails on AWS',
    observed: { 'esm-null-digest': 'absent' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'an empty list of parameters is taken',
    observed: { 'statements-empty-parameters': 'accepted' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'one attribute can be set and removed in one update',
    observed: {
      'item-update-refused': ['ValidationException', 'accepted', 'ValidationException', 'ValidationException'],
    },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'an update takes an empty set as what is to be deleted',
    observed: { 'sets-empty': [...Array<string>(3).fill('ValidationException'), 'accepted'] },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'expressions are hardly checked: two operators, a clause twice, overlapping paths, unknown types, lists joined with what is none; of two elements that are removed, the second is counted after the first has gone',
    observed: {
      'item-list-append': [
        { elems: { L: [n(1), n(2), n(3), n(9)] } },
        { elems: { L: [n(9), n(1), n(2), n(3)] } },
        { fresh: { L: [n(9)] } },
        {},
      ],
      'item-nested-paths': [
        { box: { M: { x: n(3), core: { M: { y: n(2), z: n(1) } } } } },
        { elems: { L: [n(1), n(1), n(3), n(2)] } },
        { elems: { L: [n(2)] }, box: { M: { core: { M: { y: n(2) } } } } },
        'ValidationException',
        { box: { L: [n(9)] } },
      ],
      'item-one-operator': [{ price: { N: '0.3' } }, { n: n(2) }, { word: n(1) }],
      'item-condition-functions': [
        ...['accepted', 'ConditionalCheckFailedException', 'accepted', 'ConditionalCheckFailedException'],
        ...['ConditionalCheckFailedException', 'accepted', 'accepted'],
      ],
    },
  },
];

/** All that was found. */
export const DIFFERENCES: readonly Difference[] = [...OF_BOTH, ...OF_MINISTACK, ...OF_LOCALSTACK];
