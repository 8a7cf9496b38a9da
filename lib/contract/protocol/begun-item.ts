import { toJobError } from '../errors.ts';
import { optional } from '../names.ts';
import { startBeforeOf } from './deadlines.ts';
import { deadExpiration, endExpiration, unfinishedExpiration } from './expiration.ts';
import { identityOf } from './identity.ts';
import { deadList, dueList, endPutBacks, itemId, type JobItem, parkedEnvelope } from './job-item.ts';
import { isOfFlow, type Message } from './message.ts';
import { diedOf } from './refused-body.ts';
import { SCHEMA } from './schema.ts';
import { iso } from './timing.ts';

/** Everything that a begin is decided on. */
export interface BeginFacts {
  readonly item: JobItem | undefined;
  readonly message: Message;
  readonly type: string;
  readonly nowMs: number;
  /** Nonce of this begin. */
  readonly owner: string;
  /** End of the invocation and `LEASE_BEYOND_END_MS`, epoch ms. */
  readonly leaseUntilMs: number;
  /** Days. */
  readonly retention: number;
  readonly queueRetention: number;
  /** The type begins optimistically: a first delivery is not claimed. @default false */
  readonly optimistic?: boolean;
  /** A job that has not begun so long after it was created, or was to run, expires. @default never */
  readonly startWithinSeconds?: number | undefined;
  /** What becomes of a job that expires. @default it ends without a dead letter */
  readonly expired?: 'deadLetter' | undefined;
}

/** What every new item holds, before it waits, runs or dies. */
export function newItem(facts: Pick<BeginFacts, 'type' | 'message'>) {
  const { type, message } = facts;
  const { jobId, maxAttempts, createdAt } = message;
  const flow = optional('flow', message.flow);
  const endBefore = optional('endBefore', message.endBeforeMs);
  const counters = { schema: SCHEMA, runNo: 1, attempts: 0, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 };
  return {
    id: itemId(type, message.key),
    jobId,
    type,
    ...identityOf(message),
    maxAttempts,
    createdAt,
    ...counters,
    ...flow,
    ...endBefore,
  };
}

/** What the next run of a dead job holds. */
export function newRun(facts: BeginFacts, item: JobItem) {
  const counters = { snoozes: 0, snoozesInRow: 0, ...endPutBacks(item) };
  const { flow, endBeforeMs } = facts.message;
  const given = { ...optional('flow', flow), ...optional('endBefore', endBeforeMs) };
  return { runNo: item.runNo + 1, ...identityOf(facts.message), ...counters, ...diedOf(item, facts.message), ...given };
}

/** Of a job that runs. */
export function started(facts: BeginFacts) {
  const { owner, leaseUntilMs: leaseUntil, nowMs } = facts;
  const expiration = unfinishedExpiration(facts, leaseUntil);
  return { status: 'INPROGRESS', owner, leaseUntil, processedAt: iso(nowMs), expiration } as const;
}

/** Of a parked job. */
export function scheduled(
  facts: Pick<BeginFacts, 'type' | 'message' | 'retention' | 'queueRetention' | 'startWithinSeconds'>,
  dueAt: number,
) {
  const id = itemId(facts.type, facts.message.key);
  const list = { dueAt, listKey: dueList(id), listAt: dueAt, envelope: parkedEnvelope(facts.message) };
  const deadline = optional('startBefore', startBeforeOf(facts));
  const expiration = unfinishedExpiration(facts, dueAt);
  return { status: 'SCHEDULED', attempts: 0, ...list, ...deadline, expiration } as const;
}

/** Of a refused body, by its error. */
const REASONS: Readonly<Record<string, NonNullable<JobItem['reason']>>> = {
  InvalidPayloadError: 'InvalidPayload',
  NotAcceptedError: 'NotAccepted',
};

/** Of a job that died of its body. */
export function refused(facts: BeginFacts) {
  const error = toJobError(facts.message.refusal);
  return dead(facts, { reason: REASONS[facts.message.refusal?.name ?? ''] ?? 'InvalidMessage', error });
}

/** Of a dead job. */
export function dead(facts: BeginFacts, cause: Pick<JobItem, 'error'> & { reason: NonNullable<JobItem['reason']> }) {
  const { nowMs, type, message } = facts;
  const list = { listKey: deadList(itemId(type, message.key)), listAt: nowMs, undelivered: true } as const;
  const expiration = deadExpiration(facts, nowMs);
  return { status: 'DEAD', ...cause, failedAt: iso(nowMs), ...list, expiration } as const;
}

/** Of a cancelled job. */
export const cancelled = (facts: BeginFacts) =>
  ({ status: 'CANCELLED', expiration: endExpiration(facts, facts.nowMs, isOfFlow(facts.message)) }) as const;
