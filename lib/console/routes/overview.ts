import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import type { Overview } from '../api.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import type { Route } from '../route.ts';

const QUERY = z.strictObject({ types: z.string().max(20_000).optional() });

/** A slow part comes with a later answer. */
const PATIENCE_MS = 1_000;

async function overview({ feeds }: Desk, wanted: string | undefined): Promise<Overview> {
  const types = await feeds.types.look();
  const all = types.data?.map(({ type }) => type) ?? [];
  // Without types there is no row that could say why.
  const unknown = types.data === undefined && types.trouble !== undefined ? { trouble: types.trouble } : undefined;
  const asked = wanted === undefined ? all : all.filter((type) => wanted.split(',').includes(type));
  const looks = [
    ...[feeds.counts.look(asked), feeds.deadLetters.look(asked)],
    ...[feeds.states, feeds.lists, feeds.ages, feeds.alarms].map((source) => source.look()),
  ];
  const enough = new AbortController();
  const patience = setTimeout(PATIENCE_MS, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([Promise.all(looks), patience]);
  enough.abort();
  return {
    counts: unknown ?? feeds.counts.last(asked),
    deadLetters: unknown ?? feeds.deadLetters.last(asked),
    states: feeds.states.last(),
    lists: feeds.lists.last(),
    ages: feeds.ages.last(),
    alarms: feeds.alarms.last(),
  };
}

export const overviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/overview',
    answer: ({ desk, query }) => overview(desk, checked(QUERY, query).types),
  },
];
