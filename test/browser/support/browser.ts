import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { type Executable, unpackedChromium } from './unpack.ts';

const SYSTEM = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Why no browser can be started here. Undefined: there is one, or there must be one: on Linux x64 a missing browser is a fault. */
export async function whyNoBrowser(): Promise<string | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  if (process.env.SLUICE_BROWSER !== undefined || (await systemBrowser()) !== undefined) return undefined;
  return `no Chromium on ${process.platform} ${process.arch}: install one, or name it in SLUICE_BROWSER`;
}

/** The browser that the tests use: `SLUICE_BROWSER`, the system's, or the package's. */
export async function findBrowser(): Promise<Executable> {
  const named = process.env.SLUICE_BROWSER;
  if (named !== undefined) return { path: named, env: {} };
  const path = await systemBrowser();
  return path === undefined ? unpackedChromium() : { path, env: {} };
}

async function systemBrowser(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of SYSTEM) {
      const path = join(folder, name);
      const isThere = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return path;
    }
  }
  return undefined;
}

/**
 * A headless browser of its own. It ends with the process that started it, at the latest.
 *
 * @param flags more of Chromium's
 */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const { path, env } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    args: [...FLAGS, ...flags],
  });
}

/**
 * No part of it needs a display, a GPU or shared memory of the machine. Text is drawn without hints, so that pictures
 * are the same on every machine.
 */
const FLAGS = [
  '--headless=shell',
  '--no-sandbox',
  '--disable-setuid-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];
