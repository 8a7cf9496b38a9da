import * as z from 'zod';
import { type DeadFilter, deadPages, type FlowView, flow, flows, waiting } from '../../operator/index.ts';
import type { FlowDetail, FlowPage, Flows, Waiting } from '../api.ts';
import { checked } from '../checked.ts';
import { FILTER, TYPE } from '../operations/choose.ts';
import type { Route } from '../route.ts';
import { NAMED, OPTIONAL_TYPE } from './names.ts';

const DEAD = FILTER.extend({ type: TYPE.optional(), sinceMs: z.coerce.number().optional() });
const WAITING = z.strictObject({
  type: TYPE.optional(),
  after: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});

/** Pages of lists and flows: two tabs that show the same one share it. */
const LIST_MS = 5_000;
const FLOWS_MS = 10_000;
/** Places of a flow that a page shows. */
const MAX_PLACES = 1_000;

const detailOf = ({ places, ...view }: FlowView): FlowDetail => ({
  ...view,
  places: places.slice(0, MAX_PLACES),
  placesMore: places.length > MAX_PLACES,
});

export const listRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/dead' },
    answer: ({ desk: { stage }, query, signal }) => {
      const { type, ...filter } = checked(DEAD, query);
      return deadPages(stage, type, filter satisfies DeadFilter, { signal });
    },
  },
  {
    ...{ method: 'GET', path: '/api/waiting' },
    answer: ({ desk: { stage, feeds }, query }): Promise<Waiting> => {
      const { type, ...page } = checked(WAITING, query);
      const name = `waiting ${type} ${page.after} ${page.limit}`;
      return feeds.one(name, LIST_MS, () => waiting(stage, type, page)).look();
    },
  },
  {
    ...{ method: 'GET', path: '/api/flows' },
    answer: ({ desk: { stage, feeds }, query }): Promise<Flows> => {
      const { type } = checked(OPTIONAL_TYPE, query);
      return feeds.one(`flows ${type}`, FLOWS_MS, () => flows(stage, type)).look();
    },
  },
  {
    ...{ method: 'GET', path: '/api/flow' },
    answer: ({ desk: { stage, feeds }, query }): Promise<FlowPage> => {
      const { type, key } = checked(NAMED, query);
      const read = async () => detailOf(await flow(stage, { type, key }));
      return feeds.one(`flow ${type} ${key}`, LIST_MS, read).look();
    },
  },
];
