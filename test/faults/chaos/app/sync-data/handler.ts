import { consumer, type JobContext } from '#sluice/engine';
import { perform } from '../../../../../functions/sync-data/perform.ts';
import type { SyncState } from '../../../../../functions/sync-data/upsert.ts';
import { chaotic } from '../chaotic.ts';
import { definition } from './definition.ts';

export const handler = consumer(
  definition,
  chaotic((work: Parameters<typeof perform>[0], context: JobContext) => perform(work, counting(context))),
);

/** Counts each slice in the transaction that writes it: a page that were written twice would count two. */
function counting(context: JobContext): JobContext {
  return {
    ...context,
    checkpoint: (writes, state) => {
      const { pages, offset } = state as SyncState;
      return context.checkpoint([...writes, count(`${context.job.id}/${pages}/${offset}`)], state);
    },
  };
}

const count = (id: string) => ({
  Update: {
    TableName: process.env.EFFECTS_TABLE,
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});
