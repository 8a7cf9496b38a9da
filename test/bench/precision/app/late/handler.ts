import type { Payload } from '../../../../../lib/contract/definition/job-definition.ts';
import { RetryAfterError } from '../../../../../lib/contract/errors.ts';
import { consumer } from '../../../../../lib/engine/consumer.ts';
import type { JobContext } from '../../../../../lib/engine/job-context.ts';
import { late } from './definition.ts';

function perform({ delaySeconds }: Payload<typeof late>, { job }: JobContext): { attempts: number } {
  if (job.attempts === 1) throw new RetryAfterError(delaySeconds);
  return { attempts: job.attempts };
}

export const handler = consumer(late, perform);
