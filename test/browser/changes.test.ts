import { expect, test } from 'vitest';
import { redrive } from '../../lib/operator/index.ts';
import { browsing, describeInBrowser } from './support/browsing.ts';
import { linkTo } from './support/console.ts';
import { consoleInMemory, dying } from './support/memory.ts';

describeInBrowser('what changes something', () => {
  const { newPage } = browsing();

  /** Opens the dialog that sends all dead jobs again. */
  async function chooseAll(running: Awaited<ReturnType<typeof consoleInMemory>>) {
    const page = await newPage();
    await page.goto(linkTo(running, '/dead?type=probe'));
    await page
      .getByRole('checkbox', { name: /^Select all/ })
      .first()
      .check();
    await page.getByRole('button', { name: 'Send again' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/attempt 1/).waitFor();
    return { page, dialog, confirm: dialog.getByRole('button', { name: /^Send again/ }) };
  }

  test('leaves a job untouched that dies between dialog and click', async () => {
    const running = await consoleInMemory(dying(2));
    const { page, dialog, confirm } = await chooseAll(running);
    await dialog.getByText('2 jobs').first().waitFor();
    running.world.send({ id: 'late', payload: { do: 'permanent' } });
    await running.world.drain();
    await confirm.click();
    await page.getByText('2 jobs sent back').first().waitFor();
    expect(running.world.queue.messages()).toHaveLength(2);
    expect(running.world.deadLetters.messages()).toHaveLength(1);
    expect(running.world.job('late')).toMatchObject({ status: 'DEAD', runNo: 1 });
  });

  test('says as a warning that it changed nothing', async () => {
    const running = await consoleInMemory(dying(2));
    const { page, confirm } = await chooseAll(running);
    await redrive(running.stage, 'probe');
    await running.world.drain();
    await confirm.click();
    const note = page.locator('.operation-note');
    await note.getByText(/^0 changed/).waitFor();
    expect(await note.getAttribute('class')).toContain('warning');
  });

  test('asks for the name of a type before more than 100 jobs, and of a stage that keeps data before a purge', async () => {
    const running = await consoleInMemory(dying(101), { keepsData: true });
    const { page, dialog, confirm } = await chooseAll(running);
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('probe');
    expect(await confirm.isEnabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete' }).click();
    const remove = dialog.getByRole('button', { name: /^Delete/ });
    await dialog.getByRole('textbox').fill('probe');
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('test');
    expect(await remove.isEnabled()).toBe(true);
    expect(running.world.deadLetters.messages()).toHaveLength(101);
  });

  test('goes on without its tab: 1,000 are sent again though it is closed midway', async () => {
    const running = await consoleInMemory(dying(1000), { isGated: true });
    const { page, dialog, confirm } = await chooseAll(running);
    await dialog.getByRole('textbox').fill('probe');
    await confirm.click();
    await running.gate.reached;
    await page.close();
    const sent = running.world.queue.messages().length;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1000);
    running.gate.open();
    await expect.poll(() => running.world.queue.messages().length).toBe(1000);
    const again = await newPage();
    await again.goto(linkTo(running, '/operations'));
    await again
      .getByText(/1,000 jobs sent back/)
      .first()
      .waitFor();
  });

  test('is stopped from Operations', async () => {
    const running = await consoleInMemory(dying(300), { isGated: true });
    const { page, dialog, confirm } = await chooseAll(running);
    await dialog.getByRole('textbox').fill('probe');
    await confirm.click();
    await running.gate.reached;
    await page.goto(`${running.url}/operations`);
    await page.getByRole('main').getByRole('button', { name: /^Stop/ }).click();
    running.gate.open();
    await page
      .getByRole('main')
      .getByText(/stopped/i)
      .first()
      .waitFor();
    const sent = running.world.queue.messages().length;
    expect(sent).toBeLessThan(300);
    expect(running.world.deadLetters.messages()).toHaveLength(300 - sent);
  });
});
