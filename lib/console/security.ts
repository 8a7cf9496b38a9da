import type { Context, MiddlewareHandler } from 'hono';
import type { ErrorAnswer, Trouble } from './api.ts';
import type { Session } from './session.ts';

/** An answer other than 200 that a route gives on purpose. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 429;
  readonly trouble: Trouble;

  constructor(status: Refusal['status'], trouble: Trouble) {
    super(trouble.message);
    this.status = status;
    this.trouble = trouble;
  }
}

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const NOT_USED = ['camera', 'geolocation', 'microphone', 'payment', 'usb', 'serial', 'hid', 'display-capture'];

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CSP,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Permissions-Policy': [...NOT_USED, 'clipboard-read'].map((name) => `${name}=()`).join(', '),
};

/** Adds the headers to every answer, those that refuse too. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
};

/**
 * Answers its own page and programs without a browser, nobody else: another site's page, another port's, one whose name was made
 * to lead to this address (DNS rebinding).
 *
 * @param port of the server, once it listens
 */
export const onlyFromHere =
  (port: () => number): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host');
    if (host !== `127.0.0.1:${port()}` && host !== `localhost:${port()}`) {
      throw refusal(421, `the console is at http://127.0.0.1:${port()}, and answers to no other name`);
    }
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const isOwn = origin === undefined || origin === `http://${host}`;
    if (!isOwn || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw refusal(403, 'the console answers its own page alone');
    }
    await next();
  };

/** Asks every route but the exchange of a code for the token. */
export const onlyWithToken =
  (session: Session): MiddlewareHandler =>
  async (c, next) => {
    if (c.req.path !== '/api/session' && !session.isToken(c.req.header('x-sluice-token') ?? '')) throw wrong(session);
    await next();
  };

/** What a wrong code or token is answered. */
export function wrong(session: Session): Refusal {
  const todo = 'press c in the terminal of the console for a new link';
  if (session.isTooMany()) return refusal(429, 'too many wrong codes or tokens within a minute', todo);
  return refusal(401, 'this page has no session, or the link was used before or is older than a minute', todo);
}

export const refusal = (status: Refusal['status'], message: string, todo?: string): Refusal =>
  new Refusal(status, { kind: 'usage', message, ...(todo !== undefined && { todo }) });

export const answerRefusal = (c: Context, { status, trouble }: Refusal): Response =>
  c.json({ error: trouble } satisfies ErrorAnswer, status);
