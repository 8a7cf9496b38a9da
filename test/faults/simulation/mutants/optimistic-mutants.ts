import { inContract, inEngine, type Mutant } from './mutant.ts';

const inUnclaimed = inContract('protocol/unclaimed');
const inAttempt = inEngine('job/unclaimed');
const inStore = inEngine('table/job-store');

const DEFECTS: readonly Mutant[] = [
  inUnclaimed('a later delivery begins without a claim, too', [
    'if (receiveCount > 1) return {',
    'if (receiveCount > 9) return {',
  ]),
  inUnclaimed('a job that left no row runs beside others', [
    "action: 'run', alone: true, write",
    "action: 'run', write",
  ]),
  inUnclaimed('a message that was renewed begins without a claim', [
    'if (attributes.jobId !== undefined) return {',
    "if (attributes.jobId === '') return {",
  ]),
  inStore('a first delivery is not looked up', [
    'if (glance && !wasSeen(given) && (await glance(idOf(given)))) item',
    'if (glance && wasSeen(given) && (await glance(idOf(given)))) item',
  ]),
  inStore('an old copy of an item decides', [
    'if (glance && !wasSeen(given) && (await glance(idOf(given)))) item = await read(idOf(given));',
    'if (glance && !wasSeen(given)) item = await makeReader(table, deps, { eventual: true })(idOf(given));',
  ]),
  inUnclaimed('a commit of an attempt without a claim stands whatever row there is', [
    "fence: {}, absent: ['id'] }",
    "fence: {}, absent: ['cancelRequested'] }",
  ]),
  inUnclaimed('an end without a claim is taken for a claim', [
    'const { leaseUntil: _, ...ended } = written(',
    'const ended = written(',
  ]),
  inUnclaimed('a completion over another attempt’s failure leaves the job on its list', [
    "remove: ['dueAt', 'listKey', 'listAt', 'envelope'],\n    fence",
    "remove: ['dueAt'],\n    fence",
  ]),
  inUnclaimed('a run completes over a death', [
    "const isUnclaimed = status === 'RETRYING' &&",
    "const isUnclaimed = (status === 'RETRYING' || status === 'DEAD') &&",
  ]),
  inUnclaimed('a run completes over the failure of another job of its key', [
    '|| isOfNewer(found) || !isOfJob(found, message))',
    '|| isOfNewer(found))',
  ]),
  inUnclaimed('a completion over a put-back spends no attempt', [
    "set: { ...write.set, owner: item.owner ?? '', attempts: item.attempts } }",
    "set: { ...write.set, owner: item.owner ?? '' } }",
  ]),
  inAttempt('a message is deleted whose job another delivery runs', [
    "return acts ? { kind: 'lost' } :",
    "return acts || step.action === 'wait' ? { kind: 'outrun', claim, begun: { step: { row: 'duplicate', action: 'ack' }, message, item: undefined, before: undefined } } :",
  ]),
  inAttempt('an attempt does not know its own claim, whose reply was lost', [
    "status === 'INPROGRESS' && owner === item.owner;",
    "status === 'INPROGRESS' && owner === item.jobId;",
  ]),
  inAttempt('every job that left no row counts as stalled', [
    'clock.now() >= firstReceivedAtMs + settings.visibilityTimeoutSeconds * 1000;',
    'clock.now() >= firstReceivedAtMs + settings.visibilityTimeoutSeconds * 0;',
  ]),
];

/** Defects in what is done with jobs that begin without a claim. */
export const OPTIMISTIC_MUTANTS: readonly Mutant[] = DEFECTS.map((mutant) => ({ ...mutant, optimistic: true }));
