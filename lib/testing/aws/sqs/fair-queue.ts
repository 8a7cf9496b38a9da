import type { Processed, StoredMessage } from './model.ts';

/** SQS Developer Guide, "How Amazon SQS fair queues work": more than this part of what is in flight, or of recent time, is noisy. */
const NOISY_SHARE = 0.1;
/** The same page: by what it has in flight, a tenant is noisy from so many messages on. */
const NOISY_IN_FLIGHT = 30;
/** The same page: a tenant that sent nothing for five minutes is quiet again. */
const SILENT_MS = 5 * 60_000;
/** The page says "recent" without a length. */
const RECENT_MS = SILENT_MS;

/** Messages of a group belong to one tenant; a message without one is a tenant of its own. No group begins with a blank. */
const tenantOf = ({ group, messageId }: StoredMessage): string => group ?? ` ${messageId}`;

/**
 * The order in which a fair queue gives its messages (SQS Developer Guide, "How Amazon SQS fair queues work").
 *
 * A tenant is noisy if it has more than 10 % of the messages in flight and at least 30 of its own there, or if it has more
 * than 10 % of the recent processing time. Messages of quiet tenants are given first, the oldest before the others; then those
 * of the noisy tenant that has the fewest in flight. Nothing is held back. A tenant that sent nothing for five minutes is quiet,
 * and one whose backlog ended begins anew.
 *
 * AWS calls its thresholds approximate. Here they are exact and seen at once, and "recent" is five minutes.
 *
 * @param all    every message that the queue holds
 * @param nowMs  a message that was received and is hidden is in flight, and has been processed since its receive
 * @param recent what was processed before, see {@link makeProcessingLog}
 */
export function fairOrder(
  visible: readonly StoredMessage[],
  all: readonly StoredMessage[],
  nowMs: number,
  recent: () => readonly Processed[] = () => [],
): StoredMessage[] {
  const tenants = measured(all, nowMs, recent());
  const noisy = noisyOf(tenants, nowMs);
  const byAge = [...visible].sort((a, b) => a.visibleAtMs - b.visibleAtMs);
  if (noisy.size === 0) return byAge;
  const quiet = byAge.filter((message) => !noisy.has(tenantOf(message)));
  return [...quiet, ...inTurns(byAge, noisy)];
}

interface Tenant {
  inFlight: number;
  /** Recent processing. */
  timeMs: number;
  /** Its latest send, epoch ms. */
  sentAtMs: number;
}

function measured(all: readonly StoredMessage[], nowMs: number, recent: readonly Processed[]): Map<string, Tenant> {
  const tenants = new Map<string, Tenant>();
  const tenant = (name: string): Tenant => {
    const known = tenants.get(name);
    if (known !== undefined) return known;
    const first = { inFlight: 0, timeMs: 0, sentAtMs: Number.NEGATIVE_INFINITY };
    tenants.set(name, first);
    return first;
  };
  const timeOf = ({ fromMs, toMs }: Times) => Math.max(0, toMs - Math.max(fromMs, nowMs - RECENT_MS));
  for (const message of all) {
    const its = tenant(tenantOf(message));
    its.sentAtMs = Math.max(its.sentAtMs, message.sentAtMs);
    const times = processing(message, nowMs);
    if (times === undefined) continue;
    its.timeMs += timeOf(times);
    if (message.visibleAtMs > nowMs) its.inFlight += 1;
  }
  for (const one of recent) tenant(one.tenant).timeMs += timeOf(one);
  return tenants;
}

/** The noisy ones, and what each has in flight. */
function noisyOf(tenants: ReadonlyMap<string, Tenant>, nowMs: number): Map<string, number> {
  const total = { inFlight: 0, timeMs: 0 };
  for (const { inFlight, timeMs } of tenants.values()) {
    total.inFlight += inFlight;
    total.timeMs += timeMs;
  }
  const isNoisy = ({ inFlight, timeMs, sentAtMs }: Tenant) =>
    ((inFlight >= NOISY_IN_FLIGHT && inFlight > NOISY_SHARE * total.inFlight) || timeMs > NOISY_SHARE * total.timeMs) &&
    sentAtMs > nowMs - SILENT_MS;
  return new Map([...tenants].flatMap(([name, one]) => (isNoisy(one) ? [[name, one.inFlight]] : [])));
}

/** The messages of noisy tenants: each time the oldest of the one that would then have the fewest in flight. */
function inTurns(byAge: readonly StoredMessage[], noisy: ReadonlyMap<string, number>): StoredMessage[] {
  const lines = [...noisy].map(([tenant, inFlight]) => ({
    tenant,
    inFlight,
    next: 0,
    messages: [] as StoredMessage[],
  }));
  const lineOf = new Map(lines.map((line) => [line.tenant, line]));
  for (const message of byAge) lineOf.get(tenantOf(message))?.messages.push(message);
  let left = lines.filter(({ messages }) => messages.length > 0);
  const taken: StoredMessage[] = [];
  while (left.length > 0) {
    const line = left.reduce((a, b) => (b.inFlight < a.inFlight ? b : a));
    const message = line.messages[line.next++];
    if (message !== undefined) taken.push(message);
    line.inFlight += 1;
    if (line.next === line.messages.length) left = left.filter((one) => one !== line);
  }
  return taken;
}

type Times = Pick<Processed, 'fromMs' | 'toMs'>;

/** A message's latest processing, as far as it has got: from its receive until it is, or would be, visible again. */
function processing({ receivedAtMs, visibleAtMs }: StoredMessage, nowMs: number): Times | undefined {
  return receivedAtMs === undefined ? undefined : { fromMs: receivedAtMs, toMs: Math.min(nowMs, visibleAtMs) };
}

/** What was processed of late, for a queue that gives its messages in an order of its own. */
export interface ProcessingLog {
  /** A message is no longer processed: it is deleted, moved or received again. */
  end(message: StoredMessage | undefined, nowMs: number): void;
  /** What ended within five minutes, but for tenants that have no message waiting: theirs is forgotten. */
  recent(visible: readonly StoredMessage[], nowMs: number): readonly Processed[];
}

export function makeProcessingLog(): ProcessingLog {
  let kept: Processed[] = [];
  return {
    end(message, nowMs) {
      const times = message && processing(message, nowMs);
      if (message && times) kept.push({ tenant: tenantOf(message), ...times });
    },
    recent(visible, nowMs) {
      const waiting = new Set(visible.map(tenantOf));
      kept = kept.filter(({ tenant, toMs }) => waiting.has(tenant) && toMs > nowMs - RECENT_MS);
      return kept;
    },
  };
}
