import { findBrowser, whyNoBrowser } from './support/browser.ts';

/** Unpacks the browser once, before several files want it at the same time. */
export default async function setup(): Promise<void> {
  if ((await whyNoBrowser()) === undefined) await findBrowser();
}
