import { expect, test } from 'vitest';
import { violations } from '../support/axe.ts';
import { browsing, describeInBrowser } from '../support/browsing.ts';
import { healthy } from '../support/canned/answers.ts';
import { deadJobs, deadPages } from '../support/canned/dead.ts';
import { cannedConsole } from '../support/canned-console.ts';
import { hasFocus } from '../support/keys.ts';

/** 38 of the canned stage's. */
const MANY = deadJobs(264);

describeInBrowser('10,000 dead jobs', () => {
  const { open } = cannedConsole(browsing());

  test('are in the page by what is in view alone, and the keyboard reaches the last', async () => {
    expect(MANY.length).toBeGreaterThan(10_000);
    const { page } = await open('/dead?view=jobs', { ...healthy, dead: { lines: deadPages(MANY) } });
    const table = page.getByRole('table', { name: 'Dead jobs' });
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(MANY.length + 1));
    const rows = page.locator('tr[data-row]');
    expect(await rows.count()).toBeLessThan(60);
    expect(await violations(page)).toEqual([]);
    await rows.first().focus();
    await page.keyboard.press('End');
    const last = page.locator(`tr[data-row="${MANY.length - 1}"]`);
    await expect.poll(() => hasFocus(page, last)).toBe(true);
    expect(await last.getAttribute('aria-rowindex')).toBe(String(MANY.length + 1));
    expect(await rows.count()).toBeLessThan(60);
  });
});
