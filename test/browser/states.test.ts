import { expect, test } from 'vitest';
import { overflow, violations } from './support/axe.ts';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { PAGES, STATES } from './support/canned/states.ts';
import { cannedConsole } from './support/canned-console.ts';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 740 };
/** What a page of a state must say. */
const SAYS: Readonly<Record<string, string>> = {
  stale: 'Rate exceeded',
  throttled: 'Rate exceeded',
  'with expired credentials': 'aws sso login --profile on-call',
  'refused by IAM': 'sqs:GetQueueAttributes',
  'of no such stage': 'stages there: dev, test',
};
const CASES = Object.keys(PAGES).flatMap((page) => Object.keys(STATES).map((state) => ({ page, state })));

describeInBrowser('a page', () => {
  const { open } = cannedConsole(browsing());

  test.each(CASES)(
    '$page, $state: it says so, anyone can use it, and it fits the screen',
    async ({ page: name, state }) => {
      const { page } = await open(PAGES[name] ?? '', STATES[state] ?? {}, { viewport: WIDE, colorScheme: 'light' });
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      // Operations are the console's own: AWS is not asked for them.
      const said = name === 'Operations' ? undefined : SAYS[state];
      if (said !== undefined) await page.getByText(said).first().waitFor();
      if (state === 'loading')
        await page
          .getByText(/Loading|Looking|not known/)
          .first()
          .waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize(NARROW);
      expect(await violations(page, 'looks')).toEqual([]);
      expect(await overflow(page)).toBe(0);
    },
  );
});
