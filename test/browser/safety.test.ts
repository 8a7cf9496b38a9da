import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { linkTo } from './support/console.ts';
import { consoleInMemory, dying } from './support/memory.ts';

/** What is in a payload, and may be in no log. */
const CANARY = 'canary-5d3f';
const OUTSIDE = 'evil.test';

describeInBrowser('the console', () => {
  const { newPage } = browsing([`--host-resolver-rules=MAP ${OUTSIDE} 127.0.0.1`]);
  const start = () => consoleInMemory(dying(3, { secret: CANARY }));
  const overview = (page: Awaited<ReturnType<typeof newPage>>) =>
    page.getByRole('main').getByRole('heading', { level: 1, name: 'Overview' });

  test('opens by a link once: a used one shows what to do, and is 401', async () => {
    const running = await start();
    const link = linkTo(running, '/');
    const first = await newPage();
    await first.goto(link);
    await overview(first).waitFor();
    const second = await newPage();
    const answered = second.waitForResponse((response) => response.url().endsWith('/api/session'));
    await second.goto(link);
    expect((await answered).status()).toBe(401);
    await second.getByText('npx sluice console').waitFor();
    expect(await overview(second).count()).toBe(0);
  });

  test('keeps code and token out of every address, and its session over a reload', async () => {
    const running = await start();
    const page = await newPage();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(linkTo(running, '/'));
    await overview(page).waitFor();
    expect(page.url()).toBe(`${running.url}/`);
    await page.reload();
    await overview(page).waitFor();
    const token = await page.evaluate<string>('Object.values(sessionStorage).join()');
    expect(token).not.toBe('');
    expect(urls.filter((url) => /[\w-]{43}/.test(new URL(url).pathname + new URL(url).search))).toEqual([]);
    expect(urls.filter((url) => url.includes(token))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
  });

  test('sends each answer with headers that let no other page in', async () => {
    const running = await start();
    for (const path of ['/', '/dead', '/app.js', '/api/about', '/nothing.js']) {
      const { headers } = await fetch(`${running.url}${path}`);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
      expect(headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('runs no script that was put into its page', async () => {
    const running = await start();
    const page = await newPage({ refusals: true });
    await page.goto(linkTo(running, '/'));
    await overview(page).waitFor();
    const refused = await page.evaluate<string>(`(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 1">');
      } catch (error) {
        return error.name;
      }
      return 'taken';
    })()`);
    expect(refused).toBe('TypeError');
  });

  test('is reached by no name that leads to this machine (DNS rebinding)', async () => {
    const running = await start();
    const page = await newPage({ refusals: true });
    const response = await page.goto(`http://${OUTSIDE}:${running.port}/`);
    expect(response?.status()).toBe(421);
    expect(await page.evaluate(`fetch('/api/about').then(({ status }) => status)`)).toBe(421);
  });

  test('is reached and framed by no page of another port of this machine', async () => {
    const running = await start();
    const page = await pageOfAnotherPort();
    const ask = (path: string, options: object) =>
      page.evaluate(
        `fetch('${running.url}${path}', ${JSON.stringify(options)}).then(({ status, type }) => status || type, () => 'refused')`,
      );
    const token = { headers: { 'x-sluice-token': 'x' } };
    expect(await ask('/api/about', {})).toBe('refused');
    expect(await ask('/api/about', token)).toBe('refused');
    expect(await ask('/api/operations', { method: 'POST', body: '{}' })).toBe('refused');
    expect(await ask('/api/about', { mode: 'no-cors' })).toBe('refused');
    expect(running.logged.at(-1)).toMatchObject({ status: 403 });
    const framed = page.waitForEvent('frameattached');
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${running.url}/' }))`,
    );
    await framed;
    await expect.poll(() => page.frames().at(-1)?.url()).toBe('chrome-error://chromewebdata/');
  });

  test('logs neither payloads nor keys nor queries', async () => {
    const running = await start();
    const page = await newPage();
    await page.goto(linkTo(running, '/job/probe/job-0'));
    await page.getByRole('button', { name: 'Show the payload' }).click();
    await page.getByText(CANARY).first().waitFor();
    const logged = JSON.stringify(running.logged) + running.world.output.text();
    expect(logged).toContain('/api/payload');
    expect(logged).not.toContain(CANARY);
    expect(JSON.stringify(running.logged)).not.toMatch(/job-0|[?=]/);
  });

  async function pageOfAnotherPort() {
    const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>another</p>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const page = await newPage({ refusals: true });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return page;
  }
});

/** Names of buttons that change something. */
const CHANGES = /send|retry|cancel|purge|delete|pause|resume|drain|redrive|correct/i;
const CHANGING = ['choices', 'operations', 'operations/stop'];

describeInBrowser('a console that is read-only', () => {
  const { newPage } = browsing();
  const parked = { id: 'parked-1', payload: { do: 'retryAfter', seconds: 3600 } };
  const start = () => consoleInMemory([...dying(2), parked], { readOnly: true });

  test('has no route that changes something', async () => {
    const running = await start();
    const page = await newPage();
    await page.goto(linkTo(running, '/'));
    await page.getByText('Read-only').first().waitFor();
    for (const route of CHANGING) {
      const status = await page.evaluate(`fetch('/api/${route}', {
        method: 'POST', body: '{}',
        headers: { 'content-type': 'application/json', 'x-sluice-token': Object.values(sessionStorage)[0] },
      }).then(({ status }) => status)`);
      // A path that is read answers 405 to a POST.
      expect({ route, status }).toEqual({ route, status: route === 'operations' ? 405 : 404 });
    }
  });

  test.each([
    ['/', 'running'],
    ['/type/probe', 'running'],
    ['/dead', 'it can never succeed'],
    ['/waiting', 'parked-1'],
    ['/job/probe/job-0', 'it can never succeed'],
    ['/job/probe/parked-1', 'RETRYING'],
  ])('has no button that changes something on %s', async (path, shown) => {
    const running = await start();
    const page = await newPage();
    await page.goto(linkTo(running, path));
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('main').getByText(shown).first().waitFor();
    expect(await page.getByRole('main').getByRole('button', { name: CHANGES }).count()).toBe(0);
  });
});
