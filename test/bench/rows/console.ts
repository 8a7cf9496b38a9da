import { gzipSync } from 'node:zlib';
import { bundlePage } from '../../../lib/console/page-bundle.ts';
import { msToLink, startCpuMs } from '../console/command.ts';
import { drawings } from '../console/draw.ts';
import { megabytesAfterAnHour } from '../console/hour.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const MAX_PAGE_BYTES = 60_000;
const MAX_LISTENING_MS = 600;
const MAX_SECOND_START = 0.5;
const MAX_WINDOWED = 0.05;
const MAX_MEGABYTES = 150;
const MAX_START_RATIO = 1.03;

/** What the console costs those who open it, and those who do not. */
export const consoleRow: Row = {
  name: 'console',
  async measure({ runs }: Bench): Promise<Measured[]> {
    return [await pageBytes(), ...(await listening(runs)), await rows(runs), await memory(), await commandStart(runs)];
  },
};

async function pageBytes(): Promise<Measured> {
  const files = [...(await bundlePage(undefined))];
  const sizes = files.map(([path, { text }]) => ({ path, bytes: gzipSync(text).length }));
  const sum = sizes.reduce((all, { bytes }) => all + bytes, 0);
  const kb = (bytes: number) => (bytes / 1000).toFixed(1);
  return {
    what: 'console: script and style of its page, gzip',
    baseline: sizes.map(({ path, bytes }) => `${path} ${kb(bytes)}`).join(' · '),
    figure: `${kb(sum)} KB`,
    spread: '—',
    budget: `≤ ${MAX_PAGE_BYTES / 1000} KB`,
    verdict: verdict(sum <= MAX_PAGE_BYTES),
  };
}

async function listening(runs: number): Promise<Measured[]> {
  const sides = { first: () => msToLink({ isFirst: true }), second: () => msToLink({ isFirst: false }) };
  const { first, second } = await alternate(sides, runs);
  const all = ratios(second, first);
  const ms = (figures: readonly number[]) => `${median(figures).toFixed(0)} ms`;
  return [
    {
      what: 'console: from its start until it listens, page bundled',
      baseline: '—',
      figure: ms(first),
      spread: spread(first, 0),
      budget: `≤ ${MAX_LISTENING_MS} ms`,
      verdict: verdict(median(first) <= MAX_LISTENING_MS),
    },
    {
      what: 'console: the same, bundled before',
      baseline: `the first start: ${ms(first)}`,
      figure: `${median(all).toFixed(2)} (${ms(second)})`,
      spread: spread(all),
      budget: `≤ ${MAX_SECOND_START}`,
      verdict: verdict(median(all) <= MAX_SECOND_START),
    },
  ];
}

async function rows(runs: number): Promise<Measured> {
  const { draw, stop } = await drawings();
  try {
    const { windowed, whole } = await alternate(
      { windowed: async () => (await draw('windowed')).ms, whole: async () => (await draw('whole')).ms },
      runs,
    );
    const all = ratios(windowed, whole);
    const { drawn } = await draw('windowed');
    return {
      what: `console: 10,000 rows drawn and laid out, ${drawn} of them in the document`,
      baseline: `the same table without its window: ${median(whole).toFixed(0)} ms`,
      figure: `${median(all).toFixed(3)} (${median(windowed).toFixed(0)} ms)`,
      spread: spread(all, 3),
      budget: `≤ ${MAX_WINDOWED}`,
      verdict: verdict(median(all) <= MAX_WINDOWED),
    };
  } finally {
    await stop();
  }
}

async function memory(): Promise<Measured> {
  const megabytes = await megabytesAfterAnHour();
  return {
    what: 'console: memory after an hour, 50 types, its pages open',
    baseline: '—',
    figure: `${megabytes.toFixed(0)} MB`,
    spread: '—',
    budget: `≤ ${MAX_MEGABYTES} MB`,
    verdict: verdict(megabytes <= MAX_MEGABYTES),
  };
}

async function commandStart(runs: number): Promise<Measured> {
  const sides = { with: () => startCpuMs('with'), without: () => startCpuMs('without') };
  const figures = await alternate(sides, 3 * runs);
  const all = ratios(figures.with, figures.without);
  return {
    what: 'start of `sluice queues`, CPU',
    baseline: `without the verbs console, mcp and completion: ${median(figures.without).toFixed(0)} ms`,
    figure: `${median(all).toFixed(3)} (${median(figures.with).toFixed(0)} ms)`,
    spread: spread(all),
    budget: `≤ ${MAX_START_RATIO}`,
    verdict: verdict(median(all) <= MAX_START_RATIO),
  };
}
