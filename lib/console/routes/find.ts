import * as z from 'zod';
import { findJob } from '../../operator/index.ts';
import type { Found } from '../api.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import { KEY } from '../operations/choose.ts';
import type { Route } from '../route.ts';

const FIND = z.strictObject({ text: z.string().trim().pipe(KEY) });

/** What was found, and what was looked through, as it comes. */
async function* found({ stage, troubleOf }: Desk, text: string, signal: AbortSignal): AsyncGenerator<Found> {
  for await (const one of findJob(stage, text, { signal })) {
    if (one.kind === 'job') yield one;
    else yield { kind: 'looked', where: one.where, ...('error' in one && { trouble: troubleOf(one.error) }) };
  }
}

export const findRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/find' },
    answer: ({ desk, query, signal }) => found(desk, checked(FIND, query).text, signal),
  },
];
