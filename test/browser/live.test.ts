import { expect, test } from 'vitest';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { healthy } from './support/canned/answers.ts';
import { NOW_MS } from './support/canned/overview.ts';
import { answerFrom } from './support/canned.ts';
import { linkTo } from './support/console.ts';
import { hideable, setHidden } from './support/hide.ts';
import { consoleInMemory, dying } from './support/memory.ts';

const MINUTE_MS = 60_000;

describeInBrowser('a page that stays open', () => {
  const { newPage } = browsing();

  test('shares its looks with other tabs: two cost as much as one', async () => {
    const running = await consoleInMemory(dying(2), { isFrozen: true });
    const [first, second] = [await newPage(), await newPage()];
    for (const page of [first, second]) {
      await page.goto(linkTo(running, '/'));
      await page.getByRole('main').getByRole('link', { name: 'probe' }).waitFor();
    }
    const counts = Map.groupBy(running.plane.calls, ({ name }) => name);
    expect(counts.get('DescribeAlarms')).toHaveLength(1);
    expect(counts.get('ListEventSourceMappings')).toHaveLength(1);
  });

  test('asks nothing while its tab is hidden, and at once when it is seen again', async () => {
    const running = await consoleInMemory();
    const page = await newPage();
    await hideable(page);
    await page.clock.install({ time: NOW_MS });
    const calls = await answerFrom(page, () => healthy);
    await page.goto(linkTo(running, '/'));
    await page.getByRole('main').getByRole('link', { name: 'send-email' }).first().waitFor();
    for (let look = 0; look < 3; look++) {
      const before = calls.length;
      await page.clock.runFor(MINUTE_MS);
      await expect.poll(() => calls.length).toBeGreaterThan(before);
    }
    await setHidden(page, true);
    await page.clock.runFor(1000);
    const hidden = calls.length;
    for (let minute = 0; minute < 10; minute++) await page.clock.runFor(MINUTE_MS);
    expect(calls).toHaveLength(hidden);
    await setHidden(page, false);
    await expect.poll(() => calls.length).toBeGreaterThan(hidden);
  });
});
