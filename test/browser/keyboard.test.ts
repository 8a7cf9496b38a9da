import { expect, test } from 'vitest';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { type Answers, healthy } from './support/canned/answers.ts';
import { deadJob } from './support/canned/job.ts';
import { feed, NOW_MS } from './support/canned/overview.ts';
import { choice, operations } from './support/canned/rest.ts';
import { cannedConsole } from './support/canned-console.ts';
import { enter, hasFocus, tabTo } from './support/keys.ts';

const correction = {
  ...{ ...choice, kind: 'correct', count: 1, asked: 'process-payment ord-10000' },
  examples: ['process-payment ord-10000'],
};
const corrected = {
  ...{ ...operations[0], id: 'op-9', kind: 'correct', chosen: 1, done: 1, left: 0, asked: correction.asked },
  ...{ state: 'done', endedAtMs: NOW_MS, said: 'sent back with the corrected body', tone: 'good' },
};
/** A dead job that is corrected. */
const before: Answers = {
  ...healthy,
  choices: { json: correction },
  'POST operations': { json: corrected },
  operations: { json: [corrected] },
};
const after: Answers = {
  ...before,
  job: { json: feed({ ...deadJob, run: 2, status: 'COMPLETED', attempts: 1, can: [], message: 'gone: it is done' }) },
};

describeInBrowser('the keyboard alone', () => {
  const { open } = cannedConsole(browsing());

  test('finds a dead job, corrects its payload, sends it again and sees it complete', async () => {
    const { page, calls, answer } = await open('/', before);
    await enter(page, page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Dead' }));
    await enter(page, page.getByRole('button', { name: /StripeConnectionError/, expanded: false }));
    await enter(page, page.getByRole('link', { name: 'ord-10000', exact: true }));
    await enter(page, page.getByRole('button', { name: 'Correct the payload' }));
    const editor = page.getByRole('textbox', { name: 'Payload' });
    await expect.poll(() => hasFocus(page, editor)).toBe(true);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('{"orderId":"ord-10000","amount":4900,"currency":"eur"}');
    await enter(page, page.getByRole('button', { name: 'Send again with this payload' }));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('process-payment ord-10000').first().waitFor();
    answer(after);
    await enter(page, dialog.getByRole('button', { name: 'Send again' }));
    await page.getByText('sent back with the corrected body').first().waitFor();
    await page.getByRole('main').getByText('COMPLETED').first().waitFor();
    expect(calls.filter((call) => call.startsWith('POST') && call !== 'POST check')).toEqual([
      'POST payload',
      'POST choices',
      'POST operations',
    ]);
  });

  test('skips to the page', async () => {
    const { page } = await open('/dead', healthy);
    await page.getByRole('button', { name: /StripeConnectionError/ }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the page' });
    expect(await hasFocus(page, skip)).toBe(true);
    expect(await skip.boundingBox()).toMatchObject({ x: expect.toSatisfy((x: number) => x >= 0) });
    await page.keyboard.press('Enter');
    await expect.poll(() => hasFocus(page, page.getByRole('main'))).toBe(true);
  });

  test('stays in a dialog, and returns to where it was', async () => {
    const { page } = await open('/job/process-payment/ord-10000', before);
    const opener = page.getByRole('main').getByRole('button', { name: 'Send again' });
    await enter(page, opener);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send again' }).waitFor();
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press(stop < 6 ? 'Tab' : 'Shift+Tab');
      const outside = page.locator(':focus').and(page.locator('a, button, input, select, textarea'));
      const inside = dialog.locator(':focus');
      expect(await outside.count()).toBe(await inside.and(page.locator('a, button, input, select, textarea')).count());
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await hasFocus(page, opener)).toBe(true);
  });

  test('cannot confirm what must be typed first until it is typed', async () => {
    const answers: Answers = {
      ...before,
      choices: { json: { ...choice, count: 204, typeToConfirm: 'process-payment' } },
    };
    const { page, calls } = await open('/job/process-payment/ord-10000', answers);
    await enter(page, page.getByRole('main').getByRole('button', { name: 'Send again' }));
    const dialog = page.getByRole('dialog');
    const field = dialog.getByRole('textbox');
    await tabTo(page, field);
    await page.keyboard.type('process-paymen');
    await page.keyboard.press('Enter');
    expect(await dialog.getByRole('button', { name: 'Send again' }).isDisabled()).toBe(true);
    expect(calls).not.toContain('POST operations');
    await page.keyboard.type('t');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    expect(calls).toContain('POST operations');
  });
});
