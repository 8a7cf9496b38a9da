import type { Page } from 'playwright-core';

/** Before the page is opened: whether its tab is seen is what {@link setHidden} says. */
export const hideable = (page: Page): Promise<unknown> =>
  page.addInitScript(`
    let isHidden = false;
    Object.defineProperties(document, {
      hidden: { get: () => isHidden },
      visibilityState: { get: () => (isHidden ? 'hidden' : 'visible') },
    });
    window.setHidden = (next) => {
      isHidden = next;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  `);

export const setHidden = (page: Page, isHidden: boolean): Promise<unknown> => page.evaluate(`setHidden(${isHidden})`);
