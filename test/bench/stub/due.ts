import { createHash } from 'node:crypto';

/** Parked jobs that a tick finds due: made up as they are asked for, so that the stub's memory is constant as well. */
export interface DueJobs {
  answer(target: string, input: Record<string, unknown>): object | undefined;
}

interface Key {
  readonly id: { readonly S: string };
}

/**
 * @param jobs   due in all, spread over the shards
 * @param shards of the due list
 */
export function makeDueJobs(jobs: number, shards: number): DueJobs {
  const perShard = Math.ceil(jobs / shards);
  const dueAtMs = Date.now() - 1000;
  const body = JSON.stringify({ id: 'job', payload: { filler: 'x'.repeat(200) } });
  const bodyHash = createHash('sha256').update(body).digest('base64');
  const item = ({ id: { S: id } }: Key) => ({
    ...{ id: { S: id }, jobId: { S: id.slice(6) }, type: { S: 'bench' }, status: { S: 'RETRYING' } },
    ...{ dueAt: { N: String(dueAtMs) }, listKey: { S: `due#${id.split('-')[1]}` }, listAt: { N: String(dueAtMs) } },
    ...{ envelope: { M: { body: { S: body } } }, bodyHash: { S: bodyHash } },
  });
  const page = (input: Record<string, unknown>) => {
    const { ':listKey': list } = input.ExpressionAttributeValues as Record<string, { S: string }>;
    const shard = list?.S.split('#')[1];
    const start = input.ExclusiveStartKey as { listAt: { N: string } } | undefined;
    const from = start === undefined ? 0 : Number(start.listAt.N);
    const to = Math.min(from + (input.Limit as number), perShard);
    const Items = Array.from({ length: to - from }, (_, i) => ({ id: { S: `bench#${from + i}-${shard}` } }));
    const LastEvaluatedKey =
      to < perShard ? { id: Items.at(-1)?.id, listKey: list, listAt: { N: String(to) } } : undefined;
    return { Items, Count: Items.length, ...(LastEvaluatedKey && { LastEvaluatedKey }) };
  };
  return {
    answer(target, input) {
      if (target.endsWith('.Query')) return page(input);
      if (!target.endsWith('.BatchGetItem')) return undefined;
      const tables = Object.entries(input.RequestItems as Record<string, { Keys: Key[] }>);
      return { Responses: Object.fromEntries(tables.map(([table, { Keys }]) => [table, Keys.map(item)])) };
    },
  };
}
