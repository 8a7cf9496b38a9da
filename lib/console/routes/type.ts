import * as z from 'zod';
import { messageSchema } from '../../operator/authoring/schema.ts';
import { metricHistory, schedules } from '../../operator/index.ts';
import type { Metrics, TypePage } from '../api.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import { TYPE } from '../operations/choose.ts';
import type { Route } from '../route.ts';
import { factsOf } from '../type-facts.ts';
import { OF_TYPE } from './names.ts';

/** Hours, and the period that they are shown in: some hundred points. */
const PERIODS: Readonly<Record<string, number>> = { 1: 60, 3: 60, 12: 300, 24: 300, 72: 900, 168: 3600 };
const METRICS = z.strictObject({
  type: TYPE,
  hours: z.enum(Object.keys(PERIODS), `it must be one of ${Object.keys(PERIODS).join(', ')}`),
});

const MINUTE_MS = 60_000;

async function typePage({ options, stage, feeds, now }: Desk, type: string): Promise<TypePage> {
  const definition = options.definitions.find((one) => one.type === type);
  const base = { type, samples: feeds.samples.of(type) };
  if (definition === undefined) return { ...base, facts: [], schedules: { data: [], asOfMs: now() } };
  const { $defs, properties } = messageSchema(definition) as { $defs?: object; properties?: { payload?: object } };
  return {
    ...base,
    facts: factsOf(definition),
    payloadSchema: { ...properties?.payload, ...($defs && { $defs }) },
    schedules: await feeds.one(`schedules ${type}`, MINUTE_MS, () => schedules(stage, definition)).look(),
  };
}

async function metrics({ stage, feeds, now }: Desk, type: string, hours: string): Promise<Metrics> {
  const read = async () => {
    const { data = [] } = await feeds.types.look();
    const queueName = data
      .find((one) => one.type === type)
      ?.queueUrl.split('/')
      .at(-1);
    const sinceMs = now() - Number(hours) * 3_600_000;
    const periodSeconds = PERIODS[hours] ?? 300;
    return metricHistory(stage, { type, sinceMs, periodSeconds, ...(queueName !== undefined && { queueName }) });
  };
  return feeds.one(`metrics ${type} ${hours}`, MINUTE_MS, read).look();
}

export const typeRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/type', answer: ({ desk, query }) => typePage(desk, checked(OF_TYPE, query).type) },
  {
    ...{ method: 'GET', path: '/api/metrics' },
    answer: ({ desk, query }) => {
      const { type, hours } = checked(METRICS, query);
      return metrics(desk, type, hours);
    },
  },
];
