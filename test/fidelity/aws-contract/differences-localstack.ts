import { accepted, DIGEST, type Difference, MEMBERS, record } from './difference.ts';

/** Of LocalStack alone. */
export const OF_LOCALSTACK: readonly Difference[] = [
  {
    on: ['LocalStack'],
    how: 'an entry’s code is the name of the JSON protocol',
    observed: {
      'batch-entry-too-long': { fits: 'sent', exceeds: 'InvalidParameterValueException, the sender’s fault' },
    },
  },
  {
    on: ['LocalStack'],
    how: 'a receive of no message is taken',
    observed: {
      'receive-limits': [
        ...['accepted', 'InvalidParameterValue', 'accepted'],
        ...['InvalidParameterValue', 'InvalidParameterValue'],
      ],
    },
  },
  {
    on: ['LocalStack'],
    how: 'a visibility set anew after it ran out hides nothing',
    observed: { 'visibility-after-expiry': ['accepted', 1] },
  },
  {
    on: ['LocalStack'],
    how: 'a message that a task moved keeps its id and its count',
    observed: { 'move-is-new': { sameId: true, count: 3 } },
  },
  {
    on: ['LocalStack'],
    how: 'a task fails for dead letters without a source with an error of its own',
    observed: { 'move-own-dead-letters': ['FAILED', 'AttributeError', 1] },
  },
  {
    on: ['LocalStack'],
    how: 'a queue’s attributes have no limits',
    observed: { 'queue-attribute-limits': accepted(5) },
  },
  {
    on: ['LocalStack'],
    how: 'a record’s attributes have no empty lists',
    observed: { 'esm-record': record([...MEMBERS, 'md5OfMessageAttributes'].sort(), DIGEST) },
  },
];
