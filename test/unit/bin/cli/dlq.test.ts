import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { visible } from '../../../support/terminal.ts';
import { deployed, workingFolder } from './support/deployed.ts';

const denied = awsError('AccessDenied', 'not authorized to perform: sqs:DeleteMessage', 403);
const ANSWERS: [string, string, boolean][] = [
  ['Enter', '\n', false],
  ['n', 'n\n', false],
  ['no', 'no\n', false],
  ['yes or no', 'yes or no\n', false],
  ['ny', 'ny\n', false],
  ['Ctrl-D', '\u0004', false],
  ['Ctrl-C', '\u0003', false],
  ['the end of the input', '', false],
  ['y', 'y\n', true],
  ['Y', 'Y\n', true],
  ['yes, and a blank', ' yes \n', true],
];

describe('dlq redrive', () => {
  test.each(ANSWERS)('at "[y/N]" takes %s for its answer', async (_, typed, sends) => {
    const { ask, graveyard, world } = deployed();
    await graveyard(3);
    const { code, stdout, stderr } = await ask('dlq redrive send-email', typed);
    expect(stderr).toContain(
      '3 of 3 dead letters of send-email. They start again at attempt 1 with the same ids. Send them back? [y/N] ',
    );
    expect([code, stdout]).toEqual([0, sends ? '3 sent back\n' : 'nothing was sent\n']);
    expect(world.queue.messages()).toHaveLength(sends ? 3 : 0);
  });

  test('that Ctrl-C ends at the question sends nothing', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    const signal = AbortSignal.abort();
    const { code, stdout } = await run('dlq redrive send-email', { tty: true, input: 'y\n', signal });
    expect([code, stdout, world.queue.messages()]).toEqual([130, 'nothing was sent\n', []]);
  });

  test('without a terminal prints the question, and how to say yes', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    const { code, stdout, stderr } = await run('dlq redrive send-email --key a1', { input: 'y\n' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      '1 of 3 dead letters of send-email match. They start again at attempt 1 with the same ids. Send them back? ' +
        'No: nothing was sent (--yes does it).\n',
    );
    expect(world.queue.messages()).toEqual([]);
  });

  test('with --json asks nobody, even at a terminal', async () => {
    const { ask, graveyard, world } = deployed();
    await graveyard(3);
    const ran = await ask('dlq redrive send-email --json --limit 2', 'y\n');
    expect(ran.stderr).toBe('');
    expect(ran.json()).toEqual({ dryRun: true, inQueue: 3, matching: 3, filtered: false, wouldSend: 2 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('with --yes --json prints what it did', async () => {
    const { run, graveyard } = deployed();
    await graveyard(3);
    const ran = await run('dlq redrive send-email --yes --json --key a1');
    expect(ran.json()).toEqual({ sent: 1, refused: [], left: [], passedOver: 2, interrupted: false });
    expect(ran.code).toBe(0);
  });

  test('says how many are left, and that it asks for fewer with a limit', async () => {
    const { ask, graveyard } = deployed();
    await graveyard(5);
    const { stderr, stdout } = await ask('dlq redrive send-email --limit 2', 'y\n');
    expect(stderr).toContain('2 of 5 dead letters of send-email. They start');
    expect(stdout).toBe('2 sent back; 3 left: they do not match, or died meanwhile\n');
  });

  test('reports what was refused, and exits 1', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' });
    const { code, stdout } = await run('dlq redrive send-email -y');
    expect(stdout).toMatch(/^2 sent back\nrefused: a\d: InternalError: InternalError: injected\n$/);
    expect(code).toBe(1);
  });

  test('reports what was sent and not deleted, and exits 1', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'fails', error: denied });
    const { code, stdout } = await run('dlq redrive send-email -y');
    expect(stdout).toBe(
      '0 sent back\n3 were sent and not deleted: they come back, and run nothing when redriven again\n',
    );
    expect(code).toBe(1);
  });

  test('that fails in the middle prints what it did, and fails', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: denied });
    const { code, stdout, stderr } = await run('dlq redrive send-email -y');
    expect(stdout).toBe('0 sent back; 3 left: they do not match, or died meanwhile\n');
    expect([code, stderr]).toEqual([
      4,
      'sluice: a right is missing: not authorized to perform: sqs:DeleteMessage\n' +
        '  ask for the policy sluice-test-read-<region> or sluice-test-redrive-<region> of the stage\n',
    ]);
  });

  test('that is interrupted says how to go on, and exits 130', async () => {
    const { run, graveyard } = deployed();
    await graveyard(3);
    const { code, stdout } = await run('dlq redrive send-email -y', { signal: AbortSignal.abort() });
    expect([code, stdout]).toEqual([130, '0 sent back\ninterrupted: run the same command again for the rest\n']);
  });

  test('shows its progress at a terminal', async () => {
    const { ask, graveyard } = deployed();
    await graveyard(3);
    const { stderr } = await ask('dlq redrive send-email --yes');
    expect(visible(stderr)).toMatch(/^\r␛\[K\[█{30}\] 3\/3 sent back, \d+\/s\r␛\[K$/);
  });
});

describe('dlq redrive with a corrected body', () => {
  const CORRECTED = JSON.stringify({ id: 'a1', payload: { to: 'ada@example.com', subject: 'fine', text: 'Hi.' } });

  test.each([
    ['as text', CORRECTED, ''],
    ['from a pipe', '-', `${CORRECTED}\n`],
  ])('%s sends that body, and the job completes', async (_, body, input) => {
    const { run, graveyard, world } = deployed();
    await graveyard(3);
    const { stdout } = await run(`dlq redrive send-email --key a1 --yes --body '${body}'`, { input });
    expect(stdout).toBe('1 sent back; 2 left: they do not match, or died meanwhile\n');
    expect(world.queue.messages().map((message) => message.body)).toEqual([CORRECTED]);
    await world.drain();
    expect(world.job('a1')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  test.each([
    ['none', '--key other', 3, /^sluice: no dead letter matches: nothing to correct\n$/],
    ['several', '', 3, /^sluice: more than one dead letter matches: name the one to correct with --key\n$/],
  ])('is refused if %s match', async (_, filter, count, said) => {
    const { run, graveyard, world } = deployed();
    await graveyard(count);
    const { code, stderr } = await run(`dlq redrive send-email ${filter} --yes --body '${CORRECTED}'`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(world.deadLetters.counts().visible).toBe(count);
  });

  test('is refused for a message that SQS moved', async () => {
    const { run, world } = deployed();
    world.deadLetters.add({ MessageBody: CORRECTED }, 'moved');
    const { code, stderr } = await run(`dlq redrive send-email --yes --body '${CORRECTED}'`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sluice: SQS moved this message, its job is not dead/)]);
  });

  test('that is not JSON is refused by its place', async () => {
    const { run, graveyard } = deployed();
    await graveyard(1);
    const { code, stderr } = await run(`dlq redrive send-email --yes --body '{\n"id":"a0",\n"payload":secret}'`);
    expect([code, stderr]).toEqual([
      2,
      'sluice: the corrected body is refused: the body is not JSON: line 3, column 11\n',
    ]);
  });

  test('is refused if the schema refuses it, before the question', async () => {
    const { ask, graveyard, world } = deployed();
    await graveyard(3);
    const { code, stderr } = await ask(`dlq redrive send-email --key a1 --body '{"id":"a1","payload":{}}'`, 'y\n');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sluice: the corrected body is refused: payload/)]);
    expect(world.deadLetters.counts().visible).toBe(3);
  });

  test('is asked about as one, whatever the filter counts', async () => {
    const { ask, graveyard } = deployed();
    await graveyard(3);
    const { stdout, stderr } = await ask(`dlq redrive send-email --key a1 --body '${CORRECTED}'`, '\n');
    expect(stderr).toContain('1 of 3 dead letters of send-email match. They start again');
    expect(stdout).toBe('nothing was sent\n');
  });
});

describe('dlq redrive --edit', () => {
  /** An editor: a program that changes the file it is given. */
  function editor(path: string, change: string): string {
    const file = `${path}/editor`;
    writeFileSync(file, `#!/bin/sh\n${change}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  test('opens the body in the editor, and sends what was saved', async () => {
    const { ask, graveyard, world } = deployed();
    const { path } = workingFolder();
    await graveyard(3);
    const VISUAL = editor(path, `cp "$1" "${path}/seen"; sed -i s/permanent/fine/ "$1"`);
    const env = { VISUAL, EDITOR: '/bin/false' };
    const { stdout } = await ask('dlq redrive send-email --key a1 --edit', 'y\n', { env });
    expect(stdout).toBe('1 sent back; 2 left: they do not match, or died meanwhile\n');
    expect(readFileSync(`${path}/seen`, 'utf8')).toBe(
      `${JSON.stringify({ payload: { to: 'ada@example.com', subject: 'permanent', text: 'Hello.' }, id: 'a1' }, undefined, 2)}\n`,
    );
    await world.drain();
    expect(world.job('a1')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  test.each([
    ['changes nothing', 'true', /^sluice: nothing was changed: nothing was sent\n$/],
    ['fails', 'exit 3', /^sluice: .*editor ended with 3: nothing was sent\n$/],
  ])('sends nothing if the editor %s', async (_, change, said) => {
    const { ask, graveyard, world } = deployed();
    const { path } = workingFolder();
    await graveyard(2);
    const env = { EDITOR: editor(path, change) };
    const { code, stderr } = await ask('dlq redrive send-email --key a1 --edit', 'y\n', { env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(world.deadLetters.counts().visible).toBe(2);
  });

  test('needs a terminal', async () => {
    const { run, graveyard } = deployed();
    await graveyard(1);
    const { code, stderr } = await run('dlq redrive send-email --edit --yes');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sluice: --edit needs a terminal; --body takes/)]);
  });
});

describe('dlq purge', () => {
  test.each(ANSWERS)('at "[y/N]" takes %s for its answer', async (_, typed, deletes) => {
    const { ask, graveyard, world } = deployed();
    const { files } = workingFolder();
    await graveyard(3);
    const { code, stdout, stderr } = await ask('dlq purge send-email', typed);
    expect(stderr).toMatch(
      /3 of 3 dead letters of send-email match\. They are saved to sluice-test-send-email-dlq-\d{8}T\d{6}Z\.ndjson first\. Delete them\? \[y\/N\] /,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      deletes
        ? /^3 deleted, saved in sluice-test-send-email-dlq-\S+\.ndjson; 0 others left\n$/
        : /^nothing was deleted\n$/,
    );
    expect([world.deadLetters.messages().length, files().length]).toEqual(deletes ? [0, 1] : [3, 0]);
  });

  test('that saved and could not delete says how many, and exits 1', async () => {
    const { run, graveyard, world } = deployed();
    workingFolder();
    await graveyard(3);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'partly', indexes: [0, 2], code: 'InternalError' });
    const { code, stdout } = await run('dlq purge send-email --yes --save mine');
    expect([code, stdout]).toEqual([
      1,
      '1 deleted, saved in mine; 2 others left\n2 were saved and could not be deleted: purge again\n',
    ]);
    expect(readFileSync('mine', 'utf8').trim().split('\n')).toHaveLength(3);
    expect(world.deadLetters.counts().visible).toBe(2);
  });

  test('prints JSON with the file, the deleted and the left', async () => {
    const { run, graveyard, world } = deployed();
    workingFolder();
    await graveyard(3);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' });
    const ran = await run('dlq purge send-email --yes --save mine --json');
    expect([ran.code, ran.json()]).toEqual([
      1,
      { deleted: 2, left: 1, passedOver: 1, interrupted: false, file: 'mine' },
    ]);
  });

  test('without a file says that they are gone', async () => {
    const { ask, graveyard } = deployed();
    const { files } = workingFolder();
    await graveyard(3);
    const { stdout, stderr } = await ask('dlq purge send-email --no-save --key a1', 'y\n');
    expect(stderr).toContain('1 of 3 dead letters of send-email match. They are NOT saved. Delete them? [y/N] ');
    expect([stdout, files()]).toEqual(['1 deleted; 2 others left\n', []]);
    expect((await ask('dlq purge send-email --no-save --yes --json')).json()).not.toHaveProperty('file');
  });

  test('without a terminal deletes nothing, and with --json says what it would do', async () => {
    const { run, graveyard, world } = deployed();
    workingFolder();
    await graveyard(3);
    const { stdout } = await run('dlq purge send-email --save mine');
    expect(stdout).toBe(
      '3 of 3 dead letters of send-email match. They are saved to mine first. Delete them? ' +
        'No: nothing was deleted (--yes does it).\n',
    );
    expect((await run('dlq purge send-email --json --reason Crashed')).json()).toEqual({
      ...{ dryRun: true, inQueue: 3, matching: 0, filtered: true },
    });
    expect(world.deadLetters.counts().visible).toBe(3);
  });

  test.each([
    ['an empty queue', 0, ''],
    ['what does not match', 2, ' --key other'],
  ])('of %s leaves no file behind', async (_, count, filter) => {
    const { run, graveyard } = deployed();
    const { files } = workingFolder();
    await graveyard(count);
    const { code, stdout } = await run(`dlq purge send-email --yes${filter}`);
    expect([code, stdout, files()]).toEqual([0, `0 deleted; ${count} others left\n`, []]);
    expect((await run(`dlq purge send-email --yes --json${filter}`)).json()).not.toHaveProperty('file');
  });

  test('does not write over a file', async () => {
    const { run, graveyard, world } = deployed();
    workingFolder();
    await graveyard(1);
    writeFileSync('mine', 'x');
    const { code, stderr } = await run('dlq purge send-email --yes --save mine');
    expect([code, stderr]).toEqual([2, 'sluice: mine exists already: name another file with --save\n']);
    expect([readFileSync('mine', 'utf8'), world.deadLetters.counts().visible]).toEqual(['x', 1]);
  });

  test('into a folder that does not exist deletes nothing', async () => {
    const { run, graveyard, world } = deployed();
    workingFolder();
    await graveyard(1);
    const { code, stderr } = await run('dlq purge send-email --yes --save no/where');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sluice: no such file or directory/)]);
    expect(world.deadLetters.counts().visible).toBe(1);
  });

  test('that is interrupted says how to go on, and exits 130', async () => {
    const { run, graveyard } = deployed();
    workingFolder();
    await graveyard(3);
    const { code, stdout } = await run('dlq purge send-email --yes --save mine', { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(stdout).toBe(
      '0 deleted; 0 others left\n' + 'interrupted: for the rest, run the same command again with another file\n',
    );
  });

  test('that fails prints what it did, and fails', async () => {
    const { run, graveyard, world } = deployed();
    const { files } = workingFolder();
    await graveyard(3);
    world.sqs.faults.plan('ReceiveMessage', { kind: 'fails', error: denied }, 10);
    const { code, stdout } = await run('dlq purge send-email --yes --save mine');
    expect([code, stdout, files()]).toEqual([4, '0 deleted; 0 others left\n', []]);
  });
});

describe('dlq show', () => {
  test('prints a line for each dead letter, and bodies if asked', async () => {
    const { run, graveyard } = deployed();
    await graveyard(2);
    const { stdout, stderr, code } = await run('dlq show send-email');
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toBe('DIED\tKEY\tID\tRUN\tREASON\tERROR\tBYTES');
    expect(lines.sort()[0]).toMatch(/^\S.*\ta0\t=\t1\tPermanentError\tPermanentError: no such mailbox\t\d+$/);
    expect([lines.length, stderr, code]).toEqual([2, '', 0]);
    expect(stdout).not.toContain('ada@example.com');
    expect((await run('dlq show send-email --bodies')).stdout).toContain('ada@example.com');
  });

  test('says that nothing matches, or that SQS moved some', async () => {
    const { run, world } = deployed();
    expect(await run('dlq show send-email')).toMatchObject({ stdout: '', stderr: 'no dead letter matches\n', code: 0 });
    world.deadLetters.add({ MessageBody: '{"payload":1,"key":"k"}' }, 'm-1');
    const { stdout, stderr } = await run('dlq show send-email');
    expect(stdout).toMatch(/\tk\tm-1\t—\t—\t—\t23\n$/);
    expect(stderr).toBe('1 without a reason: SQS moved them, because no consumer could start or end them\n');
  });

  test('shows ten, or as many as asked', async () => {
    const { run, graveyard } = deployed();
    await graveyard(12);
    const count = async (args: string) => (await run(`dlq show send-email --json ${args}`)).json<{ deadLetters: [] }>();
    expect((await count('')).deadLetters).toHaveLength(10);
    expect((await count('--limit 12')).deadLetters).toHaveLength(12);
    expect((await count('--key a3')).deadLetters).toMatchObject([{ key: 'a3' }]);
  });

  test('that fails says why', async () => {
    const { run, graveyard, world } = deployed();
    await graveyard(1);
    world.sqs.faults.plan('ReceiveMessage', { kind: 'fails', error: denied }, 10);
    expect(await run('dlq show send-email')).toMatchObject({ code: 4, stdout: '' });
  });
});
