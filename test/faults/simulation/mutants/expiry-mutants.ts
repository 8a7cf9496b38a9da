import { inBegin, inContract, inEngine, type Mutant } from './mutant.ts';

const inExpiring = inContract('protocol/expiring');

const DEFECTS: readonly Mutant[] = [
  inExpiring('a job that has begun expires by its startBefore', [
    'item.processedAt === undefined ? item.startBefore : undefined',
    'item.startBefore',
  ]),
  inExpiring('a job begins once its time is over', ['deadline > facts.nowMs', 'deadline > facts.nowMs - 60_000']),
  inExpiring('a job expires before its time is over', ['deadline > facts.nowMs', 'deadline > facts.nowMs + 60_000']),
  inBegin('a stalled job starts after its endBefore', [
    'const expired = expire(facts);\n    if (expired !== undefined) return expired;\n    const set',
    'const set',
  ]),
  inEngine('job/not-started')('a job that expired is counted twice', [
    'meter.count(METRICS.expired);\n      log.warn',
    'meter.count(METRICS.expired);\n      meter.count(METRICS.expired);\n      log.warn',
  ]),
  inEngine('message/publish')('nobody is told that a job expired', [
    "if (status === 'EXPIRED') return publish(",
    "if (status === 'EXPIRED') return true;\n  if (status === 'SCHEDULED') return publish(",
  ]),
];

/** Defects in what becomes of jobs whose time is over. */
export const EXPIRY_MUTANTS: readonly Mutant[] = DEFECTS.map((mutant) => ({ ...mutant, expiring: true }));
