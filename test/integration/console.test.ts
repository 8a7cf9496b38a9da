import { expect, test } from 'vitest';
import { browsing, describeInBrowser } from '../browser/support/browsing.ts';
import { consoleOn, linkTo } from '../browser/support/console.ts';
import { probe } from './app/probe/definition.ts';
import { emulatorStage } from './support/emulator-stage.ts';
import { envelope, itemOf, newId, reaches, send } from './support/world.ts';

/** No other test's jobs say this. */
const BROKEN = `nothing answers at ${newId('service')}`;
const REPAIRED = JSON.stringify({ steps: [{ do: 'complete', result: { by: 'the console' } }] });

describeInBrowser('the console on the deployed stage', () => {
  const { newPage } = browsing();

  test('groups what a broken handler leaves; one job is opened, corrected, sent again, and completes', async () => {
    const ids = [newId('broken'), newId('broken'), newId('broken')];
    for (const id of ids) await send(envelope(id, [{ do: 'permanent', message: BROKEN }]));
    for (const id of ids) await reaches(id, ['DEAD']);
    const [first = '', ...others] = ids;
    const running = await consoleOn({ stage: emulatorStage(), definitions: [probe] });
    try {
      const page = await newPage();
      await page.goto(linkTo(running, '/'));
      await page.getByRole('main').getByRole('link', { name: 'probe', exact: true }).waitFor();
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Dead' }).click();
      await page.getByLabel('Error has').fill(BROKEN);
      // The list is made anew once typing rests: what is opened before closes again.
      await page.waitForURL(/error=/);
      await page.getByRole('button', { name: /nothing answers.* 3 jobs/ }).click();
      await page.getByRole('link', { name: first }).click();
      await page.getByText(BROKEN).first().waitFor();
      await page.getByRole('button', { name: 'Correct the payload' }).click();
      await page.getByRole('textbox', { name: 'Payload' }).fill('{"steps":[]}');
      await page.getByText(/fault/).first().waitFor();
      const send = page.getByRole('button', { name: 'Send again with this payload' });
      expect(await send.isDisabled()).toBe(true);
      await page.getByRole('textbox', { name: 'Payload' }).fill(REPAIRED);
      await send.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(first).first().waitFor();
      await dialog.getByRole('button', { name: 'Send again' }).click();
      await page.getByRole('main').getByText('COMPLETED').first().waitFor({ timeout: 120_000 });
      expect(await itemOf(first)).toMatchObject({ status: 'COMPLETED', runNo: 2, result: { by: 'the console' } });
      for (const id of others) expect(await itemOf(id)).toMatchObject({ status: 'DEAD', runNo: 1 });
    } finally {
      await running.stop();
    }
  });
});
