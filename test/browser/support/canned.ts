import type { Page, Request, Route } from 'playwright-core';
import type { Answers } from './canned/answers.ts';

/** Calls that a page made, as `GET overview`. */
export type Calls = readonly string[];

/**
 * Answers everything that a page asks below `/api/` but the session: nothing of it reaches the server.
 *
 * @param answers looked at anew by each call, so that they may be replaced meanwhile
 */
export async function answerFrom(page: Page, answers: () => Answers): Promise<Calls> {
  const calls: string[] = [];
  await page.route(
    ({ pathname }) => pathname.startsWith('/api/') && pathname !== '/api/session',
    async (route) => {
      const name = routeOf(route.request());
      calls.push(`${route.request().method()} ${name}`);
      const current = answers();
      const answer = current[`${route.request().method()} ${name}`] ?? current[name];
      await fulfil(route, answer ?? { status: 404, json: { error: { kind: 'usage', message: name } } });
    },
  );
  return calls;
}

const routeOf = (request: Request): string => new URL(request.url()).pathname.slice('/api/'.length);

async function fulfil(route: Route, { status = 200, json, lines, hangs }: Answers[string]): Promise<void> {
  if (hangs) return;
  const body = lines?.map((line) => `${JSON.stringify(line)}\n`).join('') ?? JSON.stringify(json);
  await route.fulfill({ status, contentType: lines ? 'application/x-ndjson' : 'application/json', body });
}
