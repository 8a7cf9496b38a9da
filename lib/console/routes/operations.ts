import * as z from 'zod';
import { checked } from '../checked.ts';
import { planOf } from '../operations/choose.ts';
import type { Route } from '../route.ts';

const START = z.strictObject({ choice: z.string().max(100), typed: z.string().max(200).optional() });
const STOP = z.strictObject({ id: z.string().max(100) });

export const operationRoutes: readonly Route[] = [
  {
    ...{ method: 'POST', path: '/api/choices', changes: true },
    answer: async ({ desk, operations, body, signal }) => operations.choose(await planOf(desk, body, signal)),
  },
  {
    ...{ method: 'POST', path: '/api/operations', changes: true },
    answer: ({ operations, body }) => {
      const { choice, typed } = checked(START, body);
      return operations.start(choice, typed);
    },
  },
  {
    ...{ method: 'POST', path: '/api/operations/stop', changes: true },
    answer: ({ operations, body }) => operations.stop(checked(STOP, body).id),
  },
  { method: 'GET', path: '/api/operations', answer: ({ operations }) => operations.all() },
  {
    ...{ method: 'GET', path: '/api/operations/refused' },
    answer: ({ operations, query }) => asLines(operations.refused(checked(STOP, query).id)),
  },
];

async function* asLines<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
