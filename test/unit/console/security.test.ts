import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../lib/console/routes/index.ts';
import { ask, JSON_TYPE, served } from './support/served.ts';

describe('the console answers', () => {
  test.each(['127.0.0.1', 'localhost'])('its page under the name %s', async (name) => {
    const { port } = await served();
    const { status, text } = await ask(port, '/', { headers: { host: `${name}:${port}` } });
    expect([status, text.includes('<script type="module" src="/app.js">')]).toEqual([200, true]);
  });

  test.each(['evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example:PORT', '[::1]:PORT'])(
    'nothing under the name "%s": it may have been made to lead here',
    async (name) => {
      const { port, token } = await served();
      const headers = { host: name.replace('PORT', String(port)), 'x-sluice-token': token };
      for (const path of ['/', '/app.js', '/api/about']) {
        const { status, text } = await ask(port, path, { headers });
        expect([421, 400]).toContain(status);
        expect(text).not.toContain('probe');
      }
    },
  );

  test.each([
    ['another site’s page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port’s page', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['a link on another site', { 'sec-fetch-site': 'cross-site' }],
    ['a form or picture of another port', { 'sec-fetch-site': 'same-site' }],
    ['this address over https', { origin: 'https://127.0.0.1:PORT' }],
  ])('nothing to %s, whatever token it has', async (_, given) => {
    const { port, call } = await served();
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('PORT', String(port))]),
    );
    for (const path of ['/', '/app.css', '/api/about']) expect((await call(path, { headers })).status).toBe(403);
  });

  test('its own page, and who types the address', async () => {
    const { port, call } = await served();
    const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    expect((await call('/api/about', { headers: own })).status).toBe(200);
    expect((await call('/', { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200);
  });

  test('to no preflight: no other origin is ever allowed', async () => {
    const { port } = await served();
    const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' };
    const answer = await ask(port, '/api/session', { method: 'OPTIONS', headers });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

test('each address of the page is answered with the page, also of a key with a dot; a file that is not there is not', async () => {
  const { call } = await served();
  for (const path of ['/', '/dead', '/job/probe/a.b', '/flow/probe/2026-01-01.csv', '/type/probe?tab=1']) {
    const { status, headers } = await call(path);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=UTF-8']);
  }
  for (const path of ['/favicon.ico', '/app.js.map']) expect((await call(path)).status).toBe(404);
});

describe('every route but the exchange of a code', () => {
  test.each(ROUTES.filter(({ path }) => path !== '/api/session').map(({ method, path }) => [method, path]))(
    '%s %s asks for the token',
    async (method, path) => {
      const { port, token } = await served();
      for (const given of [undefined, '', token.slice(1), `${token}x`, token.toUpperCase()]) {
        const headers = { ...JSON_TYPE, ...(given !== undefined && { 'x-sluice-token': given }) };
        const answer = await ask(port, path, { method, headers, ...(method === 'POST' && { body: '{}' }) });
        expect(answer.status).toBe(401);
      }
    },
  );

  test('a route that does not exist is not told to those without', async () => {
    const { port } = await served();
    expect((await ask(port, '/api/nothing')).status).toBe(401);
  });
});

describe('a link', () => {
  test('has its code in the fragment, which no server and no log sees', async () => {
    const { running, port } = await served();
    expect(running.link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/#k=[\\w-]{43}$`));
    expect(running.newLink()).not.toBe(running.link);
  });

  test('opens once', async () => {
    const { running, exchange } = await served();
    expect((await exchange(running.link)).status).toBe(200);
    const second = await exchange(running.link);
    expect([second.status, second.text]).toEqual([401, expect.stringContaining('press c')]);
  });

  test('opens within a minute', async () => {
    const { world, running, exchange } = await served();
    const [early, late] = [running.newLink(), running.newLink()];
    await world.clock.advance(59_999);
    expect((await exchange(early)).status).toBe(200);
    await world.clock.advance(1);
    expect((await exchange(late)).status).toBe(401);
  });

  test('guessed too often is refused for a while, the right one never', async () => {
    const { world, running, exchange } = await served();
    const statuses = new Set<number>();
    for (let i = 0; i < 62; i++) statuses.add((await exchange('http://127.0.0.1/#k=guess')).status);
    expect([...statuses]).toEqual([401, 429]);
    expect((await exchange(running.newLink())).status).toBe(200);
    await world.clock.advance(60_000);
    expect((await exchange('http://127.0.0.1/#k=guess')).status).toBe(401);
  });
});

test('every answer says what a browser may do with it', async () => {
  const { call } = await served();
  for (const path of [
    '/',
    '/app.js',
    '/app.css',
    '/icon.svg',
    '/api/about',
    '/api/dead',
    '/api/nothing',
    '/nothing.js',
  ]) {
    const { headers } = await call(path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual([
      ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
      ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
      ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
    ]);
    expect(headers['set-cookie']).toBeUndefined();
  }
});

describe('a request', () => {
  test('of another type than JSON is refused: no form of another site can make one', async () => {
    const { call } = await served();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const headers = { 'content-type': type };
      expect((await call('/api/session', { method: 'POST', headers, body: '{}' })).status).toBe(415);
    }
  });

  test('that is no JSON, or not what the route takes, is told what is wrong', async () => {
    const { call, post } = await served();
    const broken = await call('/api/session', { method: 'POST', headers: JSON_TYPE, body: '{' });
    expect([broken.status, broken.text]).toEqual([400, expect.stringContaining('no JSON')]);
    expect(await post('/api/session', { code: 1 })).toMatchObject({
      status: 400,
      body: { error: { kind: 'usage', message: expect.stringContaining('code: ') } },
    });
  });

  test('that is too large is refused, whether it says its size or not', async () => {
    const { call } = await served();
    const body = JSON.stringify({ code: 'x'.repeat(2_700_000) });
    for (const headers of [JSON_TYPE, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }]) {
      const { status, text } = await call('/api/session', { method: 'POST', headers, body });
      expect([status, text]).toEqual([413, expect.stringContaining('2.5 MiB')]);
    }
  });

  test('of another method is refused', async () => {
    const { call } = await served();
    expect((await call('/api/about', { method: 'PUT' })).status).toBe(405);
    expect((await call('/', { method: 'POST', headers: JSON_TYPE, body: '{}' })).status).toBe(405);
  });
});

test('a log names method, route and status, and nothing that was asked', async () => {
  const { call, log } = await served();
  await call('/api/about?key=secret-key');
  await call('/job/probe/secret-key');
  await call('/api/secret-key');
  expect(log).toEqual([
    { method: 'GET', route: '/api/about', status: 200 },
    { method: 'GET', route: '/*', status: 200 },
    { method: 'GET', route: '/api/*', status: 404 },
  ]);
});
