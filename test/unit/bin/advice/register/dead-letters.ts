import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed } from '../follow.ts';
import { among, beside, DENIED, failing, isDone, MAIL, prints } from './situations.ts';

const ABORTED = { signal: AbortSignal.abort() };

/** What is left of a redrive, a purge or a send. */
export const DEAD_LETTERS: readonly Followed[] = [
  {
    says: 'No: <…> (--yes does it)',
    when: among(3, 'dlq redrive send-email'),
    type: ({ options: [yes] }) => `dlq redrive send-email ${yes} --stage test`,
    gives: (_, { world }) => expect(world.queue.messages()).toHaveLength(3),
  },
  {
    says: 'interrupted: run the same command again for the rest',
    when: async ({ graveyard, first }) => {
      await graveyard(3);
      return first('dlq redrive send-email --yes', ABORTED);
    },
    type: () => 'dlq redrive send-email --yes --stage test',
    gives: (_, { world }) => expect(world.queue.messages()).toHaveLength(3),
  },
  {
    says: '<…> were sent and not deleted: they come back, and run nothing when redriven again',
    when: async (there) => {
      for (const id of ['a', 'b', 'c']) there.mail(id, 'permanent once');
      await there.world.drain();
      await there.world.clock.advance(1000);
      failing(there, 'DeleteMessageBatch', DENIED, 1);
      const ran = await there.first('dlq redrive send-email --yes');
      await there.world.drain();
      await there.world.clock.advance(300_000);
      there.world.starts.splice(0);
      return ran;
    },
    type: () => 'dlq redrive send-email --yes --stage test',
    async gives(ran, { world }) {
      await world.drain();
      expect([ran.stdout, world.starts]).toEqual(['3 sent back\n', []]);
    },
  },
  {
    says: '<…> exists already: name another file with --save',
    when: beside({ mine: 'x' }, 'dlq purge send-email --yes --save mine'),
    type: ({ options: [save] }) => `dlq purge send-email --yes ${save} other --stage test`,
    gives: () => expect(readFileSync('other', 'utf8').trim().split('\n')).toHaveLength(3),
  },
  {
    says: '<…> were saved and could not be deleted: purge again',
    when: async (there) => {
      workingFolder();
      await there.graveyard(3);
      failing(there, 'DeleteMessageBatch', DENIED, 1);
      return there.first('dlq purge send-email --yes --save first');
    },
    type: () => 'dlq purge send-email --yes --save second --stage test',
    gives: (ran) => prints('3 deleted, saved in second')(ran),
  },
  {
    says: 'interrupted: for the rest, run the same command again with another file',
    when: async (there) => {
      workingFolder();
      await there.graveyard(3);
      return there.first('dlq purge send-email --yes --save first', ABORTED);
    },
    type: () => 'dlq purge send-email --yes --save second --stage test',
    gives: (ran) => prints('3 deleted, saved in second')(ran),
  },
  {
    says: 'SQS moved this message, its job is not dead: it can go back as it is, or be sent as a new job',
    when: ({ world, first }) => {
      world.deadLetters.add({ MessageBody: `{"id":"a","payload":${MAIL}}` }, 'moved');
      return first(`dlq redrive send-email --yes --body '{"id":"a","payload":${MAIL}}'`);
    },
    type: () => ['dlq redrive send-email --yes --stage test', `send send-email '${MAIL}' --id b --stage test`],
    async gives(_, { world }) {
      await world.drain();
      expect([world.job('a')?.status, world.job('b')?.status]).toEqual(['COMPLETED', 'COMPLETED']);
    },
  },
  {
    says: 'it is DEAD: send it back with npx sluice dlq redrive <…> --key <…><flags>',
    when: among(2, 'retry send-email a1'),
    type: ({ text }) => `${text.slice(text.indexOf('dlq '))} --yes`,
    gives: (_, { world }) =>
      expect(world.queue.messages().map(({ body }) => body)).toEqual([expect.stringMatching('a1')]),
  },
];

/** What was not sent of many. */
export const UNSENT: readonly Followed[] = [
  {
    says: '<…> exists already: name another file with --refused',
    when: beside({ mine: '', in: MAIL }, 'send send-email @in --lines --refused mine'),
    type: ({ options: [refused] }) => `send send-email @in --lines ${refused} other --stage test`,
    gives: prints('1 sent, 0 refused'),
  },
  {
    says: 'npx sluice send <…> --lines --envelopes @<…><flags><flags>',
    when: async (there) => {
      workingFolder();
      writeFileSync('in', `${MAIL}\n${MAIL}`);
      return there.first('send send-email @in --lines --tenant acme --max-attempts 3', ABORTED);
    },
    type: ({ text }) => text.slice(text.indexOf('send ')),
    async gives(ran, { world }) {
      isDone(ran);
      expect(world.queue.messages().map(({ group }) => group)).toEqual(['acme', 'acme']);
      await world.drain();
      expect(readdirSync('.').filter((file) => file.startsWith('sluice-refused'))).toHaveLength(1);
    },
  },
  {
    says: 'correct <…> of its lines there, then: <…>',
    when: beside({ in: `${MAIL}\n{'a':1}\n{"to":1}` }, 'send send-email @in --lines --refused left'),
    type({ text, values: [count] }) {
      const lines = readFileSync('left', 'utf8').trim().split('\n');
      expect(lines).toHaveLength(Number(count));
      writeFileSync('left', lines.map((line) => line.replace(/(?<="payload":).*\}(?=\}$)/, MAIL)).join('\n'));
      return `send send-email --lines --envelopes @left --stage test${text.slice(text.length)}`;
    },
    gives: prints('2 sent, 0 refused'),
  },
  {
    says: 'then send it: sluice send <type> --lines --envelopes @file',
    async when({ run }) {
      workingFolder();
      writeFileSync('file', `{"payload":${MAIL}}`);
      const help = await run('send --help');
      return { ...help, stdout: help.stdout.replaceAll(/\s+/g, ' ') };
    },
    type: ({ text }) => `${text.slice(text.indexOf('send <')).replace('<type>', 'send-email')} --stage test`,
    gives: prints('1 sent, 0 refused'),
  },
];
