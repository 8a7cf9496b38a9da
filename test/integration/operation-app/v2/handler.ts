import type { Payload } from '../../../../lib/contract/definition/job-definition.ts';
import { consumer } from '../../../../lib/engine/consumer.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { work } from '../perform.ts';
import { order } from './definition.ts';

export const handler = consumer(order, perform);

async function perform(payload: Payload<typeof order>, context: JobContext) {
  await work(payload, context);
  return { version: 2 };
}
