import { inBegin, inContract, type Mutant } from './mutant.ts';

/** Defects in how a job begins. */
export const BEGIN_MUTANTS: readonly Mutant[] = [
  inBegin('an early message is deleted', [
    "return { row: 'early', action: 'wait', untilMs: dueAt };",
    "return { row: 'early', action: 'ack' };",
  ]),
  inBegin('a running job’s message is deleted', [
    "return { row: 'leased', action: 'wait', untilMs: (item.leaseUntil ?? 0) + RECHECK_AFTER_LEASE_MS };",
    "return { row: 'leased', action: 'ack' };",
  ]),
  inBegin('a job of the next version is begun as one of this', [
    "if (isOfNewer(item)) return { row: 'newer', action: 'wait', untilMs: facts.nowMs + RECHECK_NEWER_MS };",
    '',
  ]),
  inBegin('the message of a job of the next version is deleted', [
    "return { row: 'newer', action: 'wait', untilMs: facts.nowMs + RECHECK_NEWER_MS };",
    "return { row: 'newer', action: 'ack' };",
  ]),
  inContract('protocol/schema')('a number that is one higher is taken for this version’s', [
    'schemaOf(item) > SCHEMA;',
    'schemaOf(item) > SCHEMA + 1;',
  ]),
  inBegin('a lease is taken while it lives', [
    '(item.leaseUntil ?? 0) <= nowMs',
    '(item.leaseUntil ?? 0) <= nowMs + 20_000',
  ]),
  inBegin('a stalled job begins whatever attempts it has had', [
    'if (item.attempts < item.maxAttempts) {',
    'if (item.attempts < 100) {',
  ]),
  inBegin('a job starts before it is due', [
    'if (dueAt > facts.nowMs + EARLY_MS)',
    'if (dueAt > facts.nowMs + 60_000)',
  ]),
  inBegin('a dead letter is not sent again after its first sending failed', [
    "if (item.undelivered) return { row: 'undelivered', action: 'deadLetter' };",
    '',
  ]),
  inContract('protocol/refused-body')('the redrive marker ignores the run', [
    "return item.status === 'DEAD' && jobId === item.jobId && run === item.runNo;",
    'return jobId === item.jobId && run !== undefined;',
  ]),
  inBegin('a reply that was lost counts as a second attempt', [
    "if (item.owner === facts.owner) return { row: 'leased', action: 'run' };",
    '',
  ]),
  inBegin('attempts are counted by receives', [
    "attempts: item.attempts + 1 };\n  return {\n    row: 'due'",
    "attempts: facts.message.receiveCount };\n  return {\n    row: 'due'",
  ]),
  inBegin('the job’s id is not in the condition', [
    'if (item.jobId !== facts.message.jobId) return true;',
    'if (item.jobId !== facts.message.jobId) return false;',
  ]),
  inBegin('another body under a job’s name takes its place', [
    'return !isSameJob(item, facts.message) && !isRedrive(facts.message, item);',
    'return false;',
  ]),
  inBegin('a leftover copy is taken for the carrier', [
    "if (item.listAt === dueAt && facts.message.attributes.due !== dueAt) return { row: 'early', action: 'ack' };",
    '',
  ]),
  {
    defect: 'a redrive is matched by its run alone',
    edits: [
      {
        file: 'lib/contract/protocol/begin.ts',
        from: 'if (item.jobId !== facts.message.jobId) return true;',
        to: 'if (item.jobId !== facts.message.jobId && !isRedrive(facts.message, item)) return true;',
      },
      {
        file: 'lib/contract/protocol/refused-body.ts',
        from: 'jobId === item.jobId && run === item.runNo',
        to: 'jobId !== undefined && run === item.runNo',
      },
    ],
  },

  inBegin('a redrive counts on from the attempts of its last run', [
    'const set = { ...run, ...started(facts), attempts: 1 };',
    'const set = { ...run, ...started(facts), attempts: item.attempts + 1 };',
  ]),
  inBegin('a job whose retention has passed stays in its old run', ['runNo: old.runNo + 1', 'runNo: old.runNo']),
  inBegin('a refused body under another’s name is deleted', [
    "return isUnheard(item, facts.message) ? RENAME : { row: 'foreign', action: 'ack' };",
    "return { row: 'foreign', action: 'ack' };",
  ]),
  inContract('protocol/refused-body')('a copy of the body that a name died of dies again', [
    'bodyHash === message.bodyHash || diedOf.includes(message.bodyHash);',
    'bodyHash === message.bodyHash && diedOf.length >= 0;',
  ]),
  inBegin('a name that died refused is free before its dead letter is sent', [
    'if (!item.undelivered) return beginAnew(',
    'if (item !== undefined) return beginAnew(',
  ]),
  inContract('protocol/refused-body')('a name is free whatever its job died of', ['neverRan && wasRefused && ', '']),
  inContract('protocol/identity')('a job that is sent again at another time is another job', [
    'return payloadHash !== undefined && item.payloadHash === kept(item.bodyHash, payloadHash);',
    'return false;',
  ]),
  inContract('protocol/identity')('an item that the version before wrote has no body of its own', [
    'if (item.bodyHash === bodyHash) return true;',
    '',
  ]),
];
