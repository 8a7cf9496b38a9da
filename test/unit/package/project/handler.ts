// A job type of another repository.
import { type Payload, PermanentError } from 'sluice/contract';
import { type Consumer, consumer, type JobContext } from 'sluice/engine';
import { greet } from './greet.ts';

async function perform({ name }: Payload<typeof greet>, { job }: JobContext) {
  if (name === '') throw new PermanentError('nobody to greet');
  return { greeting: `Hello, ${name}.`, attempts: job.attempts };
}

export const handler: Consumer = consumer(greet, perform);
