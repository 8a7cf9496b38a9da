import type { Payload } from '#sluice/contract';
import { consumer, type JobContext } from '#sluice/engine';
import { work } from '../perform.ts';
import { order } from './definition.ts';

export const handler = consumer(order, perform);

async function perform(payload: Payload<typeof order>, context: JobContext) {
  await work(payload, context);
  return { version: 2 };
}
