import { inContract, inEngine, inSettle, type Mutant } from './mutant.ts';

const inItem = inContract('protocol/breaker-item');
const inWithheld = inContract('protocol/withheld');
const inBreaker = inEngine('table/breaker/breaker');
const inAsks = inEngine('table/breaker/asks');
const inView = inEngine('table/breaker/view');
const inChoice = inEngine('table/breaker/choice');

const DEFECTS: readonly Mutant[] = [
  inSettle('a probe spends an attempt', [
    "if (kind === 'probed') return noAttempt;",
    "if (kind === 'probed') return {};",
  ]),
  inSettle('a probe counts in a row of snoozes', [
    "if (kind === 'probed') return noAttempt;",
    "if (kind === 'probed') return { ...noAttempt, snoozesInRow: item.snoozesInRow + 1 };",
  ]),
  inWithheld('a job dies of its last attempt by a probe', [
    'if (!isFailure(failure, errors)) return failure;',
    "if (failure.kind !== 'retry') return failure;",
  ]),
  inItem('a probe does not move the time of the next one', [
    'set: { probe, nextProbeAt: nowMs + breaker.probeSeconds * 1000 } };',
    'set: { probe, nextProbeAt: nowMs } };',
  ]),
  inBreaker('a probe that fails closes the breaker', [
    "if (verdict === 'failed') return;",
    "if (verdict === 'failed') verdict = 'ok';",
  ]),
  inAsks('an operator’s open lets probes through', [
    "if (item.by !== 'rate' || (item.nextProbeAt ?? 0) > at.nowMs)",
    'if ((item.nextProbeAt ?? 0) > at.nowMs)',
  ]),
  inAsks('all jobs of a batch start with its probe', [
    'return { granted: 1, write: letProbe',
    'return { granted: asked, write: letProbe',
  ]),
  inView('what was read of a breaker counts for minutes', ['const FRESH_MS = 1000;', 'const FRESH_MS = 200_000;']),
  inItem('more starts are taken than there is room for', [
    'takenAtMost: room - granted, set: {}',
    'takenAtMost: room, set: {}',
  ]),
  inItem('closing ends with its first interval', [
    'return interval > last && (last < interval - 1 || taken < roomOf(last));',
    'return interval >= last;',
  ]),
  inChoice('a begin whose answer was lost is no probe any more', [
    "if (admission !== undefined && step.action === 'run' && step.row === 'leased')",
    "if (admission === undefined && step.action === 'run' && step.row === 'leased')",
  ]),
];

/** Defects in what is done while a circuit breaker is open or closing. */
export const BREAKER_MUTANTS: readonly Mutant[] = DEFECTS.map((mutant) => ({ ...mutant, breaker: true }));
