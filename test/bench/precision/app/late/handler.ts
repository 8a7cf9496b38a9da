import { type Payload, RetryAfterError } from '#sluice/contract';
import { consumer, type JobContext } from '#sluice/engine';
import { late } from './definition.ts';

function perform({ delaySeconds }: Payload<typeof late>, { job }: JobContext): { attempts: number } {
  if (job.attempts === 1) throw new RetryAfterError(delaySeconds);
  return { attempts: job.attempts };
}

export const handler = consumer(late, perform);
