import type { Locator, Page } from 'playwright-core';

/** More stops than any page of the tests has. */
const MOST_STOPS = 120;

/** The element with the focus shows it, or the box around it does: an outline, or a shadow in its place. */
const SHOWN = `[document.activeElement, document.activeElement.parentElement].some((element) => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
})`;
const FOCUSED = '(document.activeElement?.outerHTML ?? "nothing").slice(0, 160)';

export const hasFocus = async (page: Page, locator: Locator): Promise<boolean> =>
  (await locator.and(page.locator(':focus')).count()) === 1;

/**
 * Presses Tab until an element has the focus.
 *
 * @throws Error if it is not reached, or a stop on the way does not show that it has the focus
 */
export async function tabTo(page: Page, locator: Locator): Promise<void> {
  await locator.waitFor();
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await hasFocus(page, locator)) return;
    await page.keyboard.press('Tab');
    const isOnPage = await page.evaluate<boolean>('document.hasFocus() && document.activeElement !== document.body');
    if (isOnPage && !(await page.evaluate<boolean>(SHOWN))) {
      throw new Error(`the focus is not seen on ${await page.evaluate<string>(FOCUSED)}`);
    }
  }
  throw new Error(`${locator} is not reached by Tab; the focus is on ${await page.evaluate<string>(FOCUSED)}`);
}

/** Goes to an element by Tab and presses Enter on it. */
export async function enter(page: Page, locator: Locator): Promise<void> {
  await tabTo(page, locator);
  await page.keyboard.press('Enter');
}
