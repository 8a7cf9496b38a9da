import { existsSync } from 'node:fs';
import type { DeadLetterReason } from '../../../lib/contract/job.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { Trouble } from './app/definitions.ts';

export const DEMOS = ['send-email', 'process-payment', 'sync-data', 'generate-report'] as const;
export type ChaosType = (typeof DEMOS)[number];

/** Those that the checkout still has: each has its part of the app in a folder of its own. */
export const TYPES: readonly ChaosType[] = DEMOS.filter((type) =>
  existsSync(new URL(`app/${type}/handler.ts`, import.meta.url)),
);

/** How a job behaves by itself. */
export type Kind = 'smooth' | 'flaky' | 'doomed' | 'killer';

/** A job that is sent, and how it must end. */
export interface ChaosJob {
  readonly id: string;
  readonly type: ChaosType;
  readonly kind: Kind;
  readonly body: string;
  /** Sent again so long after the first time, ms; undefined if it is sent once. */
  readonly againAfterMs: number | undefined;
  /** Which of its attempts fail, and which kill their process. */
  readonly trouble: Trouble;
  readonly maxAttempts: number;
  /** Undefined if it must be COMPLETED. */
  readonly deathReason: DeadLetterReason | undefined;
}

/** Addresses of the jobs' third parties. */
export interface ThirdParties {
  readonly sourceUrl: (source: string) => string;
  /** Job types that are drawn. @default those that the checkout has */
  readonly types?: readonly ChaosType[];
}

/** Records of each job's own source, and pages in which they come. */
export const SYNC = { records: 5, pageSize: 2, pages: 3 } as const;
/** The source of all reports. */
export const LEDGER = { source: 'ledger', rows: 30 } as const;

const KILLERS = 10;
const SHARES = { flaky: 20, doomed: 5 } as const;
const TWICE_PERCENT = 10;
/** A second copy comes at once, or after the first one may have ended. */
const AGAIN_WITHIN_MS = 30_000;
/** Of an attempt, beside its work. */
const LONGEST_MS = 1000;
const MAX_ATTEMPTS = 12;
const MAX_ATTEMPTS_DOOMED = 3;
const MAX_ATTEMPTS_KILLER = 2;
const ALWAYS = 99;

/**
 * Draws the jobs: the types in turn, ten killers (fewer than one in twenty), of the others 20 % flaky and 5 % doomed,
 * and 10 % of all sent twice. The same seed gives the same jobs.
 */
export function drawJobs(count: number, random: Random, parties: ThirdParties): ChaosJob[] {
  const { types = TYPES } = parties;
  const killers = Math.min(KILLERS, Math.floor(count / 20));
  const killerAt = new Set<number>();
  // In the first half: each death holds its message back for the visibility timeout, two minutes.
  while (killerAt.size < killers) killerAt.add(random.int(0, Math.floor(count / 2) - 1));
  return Array.from({ length: count }, (_, i) => {
    const type = types[i % types.length];
    if (type === undefined) throw new TypeError('the checkout has none of the job types that the storm knows');
    const kind = killerAt.has(i) ? 'killer' : drawKind(random);
    return drawJob({ id: `${type}-${String(i).padStart(4, '0')}`, type, kind }, random, parties);
  });
}

function drawKind(random: Random): Kind {
  const lot = random.next() * 100;
  if (lot < SHARES.flaky) return 'flaky';
  return lot < SHARES.flaky + SHARES.doomed ? 'doomed' : 'smooth';
}

function drawJob(named: Pick<ChaosJob, 'id' | 'type' | 'kind'>, random: Random, parties: ThirdParties): ChaosJob {
  const outcome = drawOutcome(named, random);
  const work = workOf(named, outcome.isDeclined, parties);
  const { maxAttempts, deathReason } = outcome;
  const trouble = { ...outcome.trouble, lastsMs: random.int(0, LONGEST_MS) };
  const again = random.percent(TWICE_PERCENT) ? random.int(0, AGAIN_WITHIN_MS) : undefined;
  const body = JSON.stringify({ id: named.id, maxAttempts, payload: { trouble, work } });
  return { ...named, body, trouble, maxAttempts, deathReason, againAfterMs: again };
}

interface Outcome extends Pick<ChaosJob, 'trouble' | 'maxAttempts' | 'deathReason'> {
  /** Its card is declined: the work itself fails for good. */
  readonly isDeclined: boolean;
}

const SMOOTH = { fails: 0, kills: 0, lastsMs: 0, isPermanent: false, when: 'before' } as const satisfies Trouble;

function drawOutcome({ type, kind }: Pick<ChaosJob, 'type' | 'kind'>, random: Random): Outcome {
  const when = random.pick<Trouble['when']>(['before', 'after']);
  const lives = { maxAttempts: MAX_ATTEMPTS, deathReason: undefined, isDeclined: false };
  if (kind === 'smooth') return { ...lives, trouble: SMOOTH };
  if (kind === 'flaky') return { ...lives, trouble: { ...SMOOTH, when, fails: random.int(1, 3) } };
  if (kind === 'killer') {
    if (random.percent(50)) return { ...lives, trouble: { ...SMOOTH, when, kills: 1 } };
    // Before its work: no third party that is down can be what ends it.
    const trouble = { ...SMOOTH, kills: ALWAYS };
    return { ...lives, trouble, maxAttempts: MAX_ATTEMPTS_KILLER, deathReason: 'Crashed' };
  }
  if (type === 'process-payment' && random.percent(50)) {
    return { ...lives, trouble: SMOOTH, deathReason: 'PermanentError', isDeclined: true };
  }
  if (random.percent(50)) {
    return { ...lives, trouble: { ...SMOOTH, when, isPermanent: true }, deathReason: 'PermanentError' };
  }
  const trouble = { ...SMOOTH, when, fails: ALWAYS };
  return { ...lives, trouble, maxAttempts: MAX_ATTEMPTS_DOOMED, deathReason: 'AttemptsExhausted' };
}

function workOf({ id, type }: Pick<ChaosJob, 'id' | 'type'>, isDeclined: boolean, { sourceUrl }: ThirdParties): object {
  switch (type) {
    case 'send-email':
      return { to: 'ada@example.com', subject: id, text: 'Hello' };
    case 'process-payment': {
      const paymentMethod = isDeclined ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa';
      return { amount: 4900, currency: 'usd', paymentMethod };
    }
    case 'sync-data':
      return { source: id, url: sourceUrl(id) };
    case 'generate-report':
      return { source: LEDGER.source, from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
  }
}
