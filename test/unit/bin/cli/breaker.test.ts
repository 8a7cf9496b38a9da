import { describe, expect, test } from 'vitest';
import { sendEmail } from '../../../support/shop/send-email/definition.ts';
import { deployed } from './support/deployed.ts';

const BREAKER = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const BROKEN = { definitions: [{ ...sendEmail, breaker: BREAKER }] };

describe('breaker', () => {
  test('shows a breaker, opens it, and closes it', async () => {
    const { run } = deployed();
    const closed = await run('breaker send-email', BROKEN);
    expect([closed.stdout, closed.code]).toEqual([
      'type          send-email\nstate         closed\ncounts        0 ended well, 0 failed\n',
      0,
    ]);
    const opened = await run('breaker send-email open', BROKEN);
    expect([opened.stdout, opened.stderr]).toEqual([
      'send-email is open\n',
      'npx sluice breaker send-email close --stage test starts its jobs again\n',
    ]);
    expect((await run('breaker send-email open', BROKEN)).stdout).toBe('send-email is open already\n');
    expect((await run('breaker send-email', BROKEN)).stdout).toMatch(
      /\nstate {9}open\nsince {9}\S+Z\nopened by {5}an operator: it holds until it is closed\ncounts/,
    );
    const shut = await run('breaker send-email close', BROKEN);
    expect([shut.stdout, shut.stderr]).toEqual(['send-email is closed\n', '']);
    expect((await run('breaker send-email close', BROKEN)).stdout).toBe('send-email is closed already\n');
    expect((await run('breaker send-email', BROKEN)).stdout).toMatch(/\nstate {9}closing\nsince/);
  });

  test.each([
    ['breaker send-email', {}, 2, 'send-email has no circuit breaker: its definition has no option "breaker"'],
    ['breaker send-email open', {}, 2, 'send-email has no circuit breaker'],
    ['breaker send-mail open', BROKEN, 3, 'has no job type "send-mail"; did you mean "send-email"?'],
    ['breaker send-email shut', BROKEN, 2, 'Allowed choices are open, close'],
    [
      'breaker sync-data open',
      { definitions: [{ ...sendEmail, type: 'sync-data', breaker: BREAKER }] },
      3,
      'stage "test" has no job type "sync-data"; it has: send-email',
    ],
  ])('%s is refused: %#', async (args, options, code, why) => {
    const { run } = deployed();
    const ran = await run(args, options);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(why);
  });

  test('that is open is told by job and queues', async () => {
    const { run, mail, world } = deployed();
    mail('later', 'fine', { runAt: new Date(world.clock.now() + 3600_000).toISOString() });
    await world.drain();
    await run('breaker send-email open', BROKEN);
    const shown = /\nbreaker {7}open since \S+Z by an operator, who closes it\nmessage {7}in the jobs table until/;
    expect((await run('job send-email later')).stdout).toMatch(shown);
    expect((await run('queues')).stderr).toMatch(
      /^send-email: its circuit breaker is open since \S+Z by an operator, who closes it \(npx sluice breaker send-email --stage test\)\n$/,
    );
  });
});
