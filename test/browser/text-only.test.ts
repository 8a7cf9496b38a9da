import { expect, test } from 'vitest';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { type Answers, healthy } from './support/canned/answers.ts';
import { PAGES } from './support/canned/states.ts';
import { cannedConsole } from './support/canned-console.ts';

const EVIL = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';
/** Texts that come from messages, or from what a handler threw. */
const FROM_OUTSIDE = new Set(['message', 'name', 'error', 'what', 'todo', 'text', 'payload', 'body', 'value', 'place']);
/** Names that the page looks things up by. */
const KEPT_WITHIN = new Set(['facts', 'schedules', 'series', 'types']);

/** The same answers, with markup in each text that comes from outside. */
function poisoned(value: unknown, within = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => poisoned(one, within));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const isEvil = typeof part === 'string' && FROM_OUTSIDE.has(name) && !KEPT_WITHIN.has(within);
      return [name, isEvil ? `${EVIL}${part}` : poisoned(part, Array.isArray(part) ? name : within)];
    }),
  );
}
const answers: Answers = Object.fromEntries(
  Object.entries(healthy).map(([route, answer]) => [route, route === 'about' ? answer : (poisoned(answer) as object)]),
);

describeInBrowser('markup in what a job or its error says', () => {
  const { open } = cannedConsole(browsing());

  test.each(Object.keys(PAGES))('stays text on page %s', async (name) => {
    const { page } = await open(PAGES[name] ?? '', answers);
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    const show = page.getByRole('button', { name: 'Show the payload' });
    if (name === 'Job') await show.click();
    if (['Dead', 'Waiting', 'Job', 'Flow', 'Health'].includes(name)) {
      await page.getByRole('main').getByText('<img src=x').first().waitFor();
    }
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(await page.locator('img, body script').count()).toBe(0);
  });
});
