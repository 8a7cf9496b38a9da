import type { JobItem } from './job-item.ts';
import type { Message } from './message.ts';

/** What tells one job from another under the same names. */
type Identity = Pick<Message, 'bodyHash' | 'payloadHash'>;

/** How the payload's hash is made; another way has another number, and is compared by {@link JobItem.bodyHash} alone. */
const VERSION = 1;

/**
 * A payload's hash as an item keeps it. It holds for one body only: a version of Sluice that knows no payload hash may
 * write another body's over it.
 */
const kept = (bodyHash: string, payloadHash: string) => `${VERSION}:${bodyHash.slice(0, 8)}:${payloadHash}`;

/** The attributes of an item by which its body is known again. */
export function identityOf({ bodyHash, payloadHash }: Identity): Pick<JobItem, 'bodyHash' | 'payloadHash'> {
  return { bodyHash, ...(payloadHash !== undefined && { payloadHash: kept(bodyHash, payloadHash) }) };
}

/**
 * Whether a message is its item's own: a copy of its body, or the same payload sent again. What a producer makes anew at
 * each send (`createdAt`, `runAt`) makes no other job.
 */
export function isSameJob(item: JobItem, { bodyHash, payloadHash }: Identity): boolean {
  if (item.bodyHash === bodyHash) return true;
  return payloadHash !== undefined && item.payloadHash === kept(item.bodyHash, payloadHash);
}
