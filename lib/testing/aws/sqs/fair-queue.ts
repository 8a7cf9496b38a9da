import type { StoredMessage } from './model.ts';

/**
 * The order in which a fair queue gives its messages, as far as AWS describes it (SQS Developer Guide, "Amazon SQS fair
 * queues"): a message group that has a larger part of the messages in flight than the others is a noisy neighbour, and
 * while it is, the visible messages of quieter groups are given before its own. Nobody's messages are held back: what
 * is left of a receive goes to the noisy one.
 *
 * Not modelled, because AWS keeps it to itself: how long it takes to notice, and its exact measure of noise. Here it is at
 * once, and: more than its equal share of what is in flight, over the groups that have messages.
 *
 * @param all   every message that the queue holds
 * @param nowMs a message that was received and is hidden is in flight
 */
export function fairOrder(
  visible: readonly StoredMessage[],
  all: readonly StoredMessage[],
  nowMs: number,
): StoredMessage[] {
  const inFlight = new Map<string, number>();
  const groups = new Set<string>();
  let total = 0;
  for (const { group, receiveCount, visibleAtMs } of all) {
    // A message without a group stands for itself: it is nobody's neighbour.
    if (group === undefined) continue;
    groups.add(group);
    if (receiveCount === 0 || visibleAtMs <= nowMs) continue;
    inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
    total += 1;
  }
  const share = total / Math.max(1, groups.size);
  const noise = ({ group }: StoredMessage) => (group !== undefined && (inFlight.get(group) ?? 0) > share ? 1 : 0);
  return [...visible].sort((a, b) => noise(a) - noise(b) || a.visibleAtMs - b.visibleAtMs);
}
