import type { Sent } from './configurations.ts';

/** When it all begins, epoch ms. */
export const BEGINNING_MS = Date.UTC(2026, 0, 1);

/** A message's body, as a producer sends it. */
export function bodyOf({ id, key, payload, typo, afterSeconds }: Sent): string {
  const runAt = afterSeconds === undefined ? {} : { runAt: new Date(BEGINNING_MS + afterSeconds * 1000).toISOString() };
  return JSON.stringify({
    id,
    key,
    payload,
    createdAt: '2020-01-01T00:00:00.000Z',
    ...runAt,
    ...(typo && { typo: 1 }),
  });
}
