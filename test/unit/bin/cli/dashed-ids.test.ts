import { describe, expect, test } from 'vitest';
import { deployed } from './support/deployed.ts';

const IDS = ['-EwXN', '-hello', '-y', '-1', '-', '-_', '-jsonp', '-a:b.c'];

describe('an id that begins with a dash', () => {
  test.each(IDS)('%s is taken by job as it is, before and behind options', async (id) => {
    const { run, mail, world } = deployed();
    mail(id);
    await world.drain();
    for (const args of [
      `job send-email ${id}`,
      `job ${'send-email'} ${id} --stage test`,
      `job --stage test send-email ${id}`,
    ]) {
      const { code, stdout } = await run(`${args} --json`);
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ key: id })]);
    }
    expect((await run(`job send-email -- ${id}`)).code).toBe(0);
  });

  test('is taken by cancel, retry and every --key and --id', async () => {
    const { run, graveyard, mail, world } = deployed();
    expect((await run('cancel send-email -EwXN')).stdout).toBe('no such job yet: it is refused when it comes\n');
    expect((await run('retry send-email -EwXN')).stdout).toBe('it is CANCELLED: nothing to retry\n');
    await graveyard(1);
    mail('-dead', 'permanent');
    await world.drain();
    expect((await run('dead --jobs --json --key -dead')).json()).toMatchObject({ total: 1, jobs: [{ key: '-dead' }] });
    expect((await run('dlq show send-email --json --key -dead')).json()).toMatchObject({
      deadLetters: [{ key: '-dead' }],
    });
    expect((await run('dlq redrive send-email --key -dead --yes')).stdout).toMatch(/^1 sent back/);
    const payload = '{"to":"ada@example.com","subject":"s","text":"t"}';
    expect((await run(`send send-email --id -EwXO '${payload}'`)).stdout).toBe('sent send-email -EwXO\n');
    expect((await run(`send send-email '${payload}' --key -EwXP`)).code).toBe(0);
  });

  test.each(['job', 'cancel', 'retry'])('%s tells how one with two dashes is given', async (verb) => {
    const { run, mail, world } = deployed();
    mail('--id');
    await world.drain();
    const { code, stderr } = await run(`${verb} send-email --id`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: unknown option '--id'\n/)]);
    expect(stderr).toContain(`(an id that begins with "-" goes behind "--": sluice ${verb} -- <type> <key>)\n`);
    expect((await run(`${verb} -- send-email --id`)).stdout).not.toBe('');
  });

  test('leaves options what they are: help, and those that are not known', async () => {
    const { run } = deployed();
    expect((await run('job send-email -h')).stdout).toMatch(/^Usage: sluice job/);
    expect((await run('job send-email a -x')).stderr).toMatch(/unknown option '-x'/);
    expect((await run('job send-email -EwXN --stage')).stderr).toMatch(
      /option '--stage <stage>' argument missing|unknown option '-EwXN'/,
    );
    expect((await run('job send-email a --stage')).stderr).toMatch(/option '--stage <stage>' argument missing/);
    expect((await run('queues -x')).stderr).toMatch(/^error: unknown option '-x'\n\(--help shows how it is used\)\n$/);
    expect((await run('dead --jbos')).stderr).toMatch(/Did you mean --jobs/);
  });
});
