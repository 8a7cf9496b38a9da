import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { unpackedChromium } from './support/unpack.ts';

const isLinux = process.platform === 'linux' && process.arch === 'x64';

describeInBrowser('the browser of these tests', () => {
  const { newPage } = browsing();

  test('draws a page and runs its scripts', async () => {
    const page = await newPage();
    await page.setContent('<h1>no</h1><script>document.querySelector("h1").textContent = "yes"</script>');
    expect(await page.getByRole('heading').textContent()).toBe('yes');
  });
});

test.runIf(isLinux)('the browser of the package starts with the libraries that it brings', async () => {
  const { path, env } = await unpackedChromium();
  const server = await chromium.launchServer({
    ...{ executablePath: path, env: { ...process.env, ...env } },
    args: ['--headless=shell', '--no-sandbox'],
  });
  try {
    const maps = await readFile(`/proc/${server.process().pid}/maps`, 'utf8');
    const loaded = maps.match(/\S*\/lib(nss3|nspr4|expat)\.so\S*/g) ?? [];
    expect(new Set(loaded.map((file) => file.replace(/.*\//, '')))).toEqual(
      new Set(['libnss3.so', 'libnspr4.so', 'libexpat.so.1']),
    );
    expect(loaded.filter((file) => !file.includes('.sluice/chromium-'))).toEqual([]);
  } finally {
    await server.close();
  }
});
