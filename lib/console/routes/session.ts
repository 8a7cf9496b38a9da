import * as z from 'zod';
import { aboutOf } from '../about.ts';
import type { SessionAnswer } from '../api.ts';
import { checked } from '../checked.ts';
import type { Route } from '../route.ts';
import { wrong } from '../security.ts';

const CODE = z.strictObject({ code: z.string().max(200) });

export const sessionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/session',
    answer: ({ session, body }): SessionAnswer => {
      const token = session.exchange(checked(CODE, body).code);
      if (token === undefined) throw wrong(session);
      return { token };
    },
  },
  { method: 'GET', path: '/api/about', answer: ({ desk }) => aboutOf(desk) },
];
