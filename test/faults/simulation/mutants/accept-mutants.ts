import { inContract, inEngine, type Mutant } from './mutant.ts';

/** Defects in what becomes of messages that are not ours. */
export const ACCEPT_MUTANTS: readonly Mutant[] = [
  {
    ...inEngine('message/split')('a message is split and goes though SQS took only a part of it', [
      "return 'keep';",
      "return 'ack';",
    ]),
    often: 'partly',
  },
  inEngine('message/split')('what a message is split into is not marked as ours', [
    'own: { envelope: true }',
    'own: {}',
  ]),
  inContract('message-attributes')('the mark of our own messages is not looked at', [
    'jobId === undefined && envelope !== true',
    'jobId === undefined',
  ]),
  inEngine('message/accept')('a job waits as the foreign message that it came in', [
    'const names = { jobId: id, key, named: false, attributes };',
    'const names = { jobId: id, key, named: true, attributes };',
  ]),
  inEngine('message/accept')('a job keeps the foreign body that it came in', [
    '...known, body, bodyHash: bodyHashOf(body)',
    '...known, bodyHash: bodyHashOf(body)',
  ]),
  inEngine('message/accept')('a message of which accept makes no job is deleted', [
    '  } catch (error) {\n    return refusedBy(error, foreign);',
    '  } catch {\n    return severalJobs([], foreign);',
  ]),
  inEngine('message/accept')('a foreign message that is sent on gets another id', [
    'own.firstMessageId ?? own.jobId ?? base.messageId',
    'base.messageId',
  ]),
  inContract('message-attributes')('an envelope of a split loses its sender’s attributes', [
    'kept.own.jobId === undefined ? without(all, new Set([OWN])) : withoutOurs(all)',
    'kept.own.jobId === undefined ? {} : withoutOurs(all)',
  ]),
];
