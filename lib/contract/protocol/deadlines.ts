import type { Message } from './message.ts';

/**
 * When a job that has not begun expires: the earlier of the envelope's `startBefore`, and the later of `createdAt` and
 * `runAt` plus the definition's `startWithinSeconds`.
 *
 * @returns epoch ms; undefined: never
 */
export function startBeforeOf({
  message,
  startWithinSeconds,
}: {
  readonly message: Pick<Message, 'startBeforeMs' | 'createdAt' | 'runAtMs'>;
  readonly startWithinSeconds?: number | undefined;
}): number | undefined {
  const { startBeforeMs, createdAt, runAtMs = 0 } = message;
  if (startWithinSeconds === undefined) return startBeforeMs;
  return earlier(Math.max(Date.parse(createdAt), runAtMs) + startWithinSeconds * 1000, startBeforeMs);
}

/** The earlier of two times, if there are two. */
export const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** The deadlines of an envelope, as its job's message has them. */
export const deadlinesIn = (
  startBefore: string | undefined,
  endBefore: string | undefined,
): Pick<Message, 'startBeforeMs' | 'endBeforeMs'> => ({
  ...(startBefore !== undefined && { startBeforeMs: Date.parse(startBefore) }),
  ...(endBefore !== undefined && { endBeforeMs: Date.parse(endBefore) }),
});
