import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { launchBrowser, whyNoBrowser } from './browser.ts';

/** Elsewhere than on Linux x64 there may be none. */
export const thereIsABrowser = (await whyNoBrowser()) === undefined;

/** As `describe`; where there is no browser, what it holds is skipped by name. */
export const describeInBrowser = thereIsABrowser ? describe : describe.skip;

/** Longer than any condition takes on a busy machine. */
export const PATIENCE_MS = 30_000;

export interface PageOptions extends BrowserContextOptions {
  /** What the browser keeps from happening is no fault of the test. */
  readonly refusals?: boolean;
}

export interface Browsing {
  /** A page of a new context, which ends with the test. Faults of its scripts fail the test. */
  newPage(options?: PageOptions): Promise<Page>;
  readonly browser: Browser;
}

/**
 * A browser for the tests of a file. It and all its contexts end with them, however they end.
 *
 * @param flags more of Chromium's
 */
export function browsing(flags: readonly string[] = []): Browsing {
  let browser: Browser | undefined;
  let contexts: BrowserContext[] = [];
  let faults: string[] = [];
  if (thereIsABrowser) {
    beforeAll(async () => {
      browser = await launchBrowser(flags);
    });
    afterEach(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      const seen = faults;
      [contexts, faults] = [[], []];
      expect(seen).toEqual([]);
    });
    afterAll(() => browser?.close());
  }
  const running = () => {
    if (browser === undefined) throw new Error('the browser is started before the first test');
    return browser;
  };
  return {
    get browser() {
      return running();
    },
    async newPage({ refusals = false, ...options } = {}) {
      const context = await running().newContext({ reducedMotion: 'reduce', ...options });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('console', (message) => {
        if (!refusals && message.type() === 'error' && !REFUSED.test(message.text())) faults.push(message.text());
      });
      return context.newPage();
    },
  };
}

/** What the browser itself says of an answer that is not 2xx. */
const REFUSED = /^Failed to load resource/;
