import { type Payload, PermanentError, RetryAfterError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { bench } from './definition.ts';

export async function perform({ ms, do: end }: Payload<typeof bench>, { job }: JobContext): Promise<{ done: true }> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  if (end === 'fail' && job.attempts === 1) throw new Error('once more');
  if (end === 'park' && job.attempts === 1) throw new RetryAfterError(3600, 'much later');
  if (end === 'die') throw new PermanentError('never');
  return { done: true };
}
