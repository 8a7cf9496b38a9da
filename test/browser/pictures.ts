import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.ts';
import type { Answers } from './support/canned/answers.ts';
import { localAbout, NOW_MS, overview } from './support/canned/overview.ts';
import { PAGES, STATES } from './support/canned/states.ts';
import { answerFrom } from './support/canned.ts';
import { consoleOn, linkTo, noStage, type TestConsole } from './support/console.ts';

const FOLDER = fileURLToPath(new URL('../../lib/console/pictures', import.meta.url));

/** A picture of the console. */
interface Picture {
  readonly name: string;
  readonly path: string;
  readonly answers: Answers;
  readonly isDark?: boolean;
  readonly isNarrow?: boolean;
  /** What happens before it is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const pageNames = Object.keys(PAGES);
const pathOf = (name: string): string => PAGES[name] ?? '/';
const full: Answers = STATES.full ?? {};

/** The same jobs on the developer's own machine. */
const local: Answers = {
  ...full,
  about: { json: localAbout },
  overview: { json: JSON.parse(JSON.stringify(overview).replaceAll('sluice-shop-prod-', 'sluice-dev-')) },
};

/** A payload that does not fit, and what its schema says. */
const wrong: Answers = {
  ...full,
  check: { json: { faults: [{ pointer: '/currency', message: 'Invalid option: expected one of "eur"|"usd"' }] } },
};

const openGroup = (page: Page) => page.getByRole('button', { name: /StripeConnectionError/ }).click();

async function correct(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Correct the payload' }).click();
  const editor = page.getByRole('textbox', { name: 'Payload' });
  await editor.fill((await editor.inputValue()).replace('usd', 'us$'));
  await page.getByText('Invalid option').first().waitFor();
}

async function sendAgain(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: /^Select all 31/ }).check();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByRole('dialog').getByText('31 jobs').first().waitFor();
}

/** Those of lib/console/README.md. */
const PICTURES: readonly Picture[] = [
  ...pageNames
    .filter((name) => name !== 'Dead')
    .map((name) => ({ name: name.toLowerCase(), path: pathOf(name), answers: full })),
  { name: 'dead', path: '/dead', answers: full, act: openGroup },
  { name: 'correct', path: pathOf('Job'), answers: wrong, act: correct },
  { name: 'send-again', path: '/dead', answers: full, act: sendAgain },
  { name: 'overview-dark', path: '/', answers: local, isDark: true },
  { name: 'overview-narrow', path: '/', answers: local, isNarrow: true },
];

/**
 * `npm run console-pictures`: takes pictures of each page, of canned data, in `lib/console/pictures`. With options, others than
 * those, for whoever works on the page: `--page Dead --state empty --dark --narrow --out FOLDER`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ page: { type: 'string' }, state: { type: 'string' }, out: { type: 'string', default: FOLDER } },
      ...{ dark: { type: 'boolean', default: false }, narrow: { type: 'boolean', default: false } },
    },
  });
  const { page, state, out, dark, narrow } = values;
  for (const [given, known] of [
    [page, pageNames],
    [state, Object.keys(STATES)],
  ] as const) {
    if (given !== undefined && !known.includes(given))
      throw new RangeError(`"${given}" is none of: ${known.join(', ')}`);
  }
  const isChosen = page !== undefined || state !== undefined || dark || narrow;
  const chosen = (name: string): Picture => ({
    name: [name, state ?? 'full', dark ? 'dark' : 'light', narrow ? 'narrow' : 'wide'].join('-').replaceAll(' ', '-'),
    ...{ path: pathOf(name), answers: STATES[state ?? 'full'] ?? full, isDark: dark, isNarrow: narrow },
  });
  await mkdir(out, { recursive: true });
  await takeAll(isChosen ? (page === undefined ? pageNames : [page]).map(chosen) : PICTURES, out);
}

async function takeAll(pictures: readonly Picture[], folder: string): Promise<void> {
  const running = await consoleOn({ stage: noStage(), definitions: [] });
  const browser = await launchBrowser();
  try {
    for (const picture of pictures) console.log(await take(picture, { running, browser, folder }));
  } finally {
    await browser.close();
    await running.stop();
  }
}

interface Studio {
  readonly running: TestConsole;
  readonly browser: Browser;
  readonly folder: string;
}

async function take(
  { name, path, answers, act, ...look }: Picture,
  { running, browser, folder }: Studio,
): Promise<string> {
  const context = await browser.newContext({
    viewport: look.isNarrow ? { width: 360, height: 740 } : { width: 1280, height: 800 },
    ...{ colorScheme: look.isDark ? 'dark' : 'light', reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' },
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW_MS);
  await answerFrom(page, () => answers);
  await page.goto(linkTo(running, path));
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
  await act?.(page);
  // Nothing is drawn as it is under the mouse.
  await page.mouse.move(0, 0);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  await context.close();
  return file;
}

await main();
