import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Followed } from '../follow.ts';
import { among, beside, isDone, LOCALLY, MAIL, prints } from './situations.ts';

/** What is wrong with how a command was given. */
export const USAGE: readonly Followed[] = [
  {
    says: '--endpoint must be a URL as http://127.0.0.1:4566',
    when: ({ first }) => first('queues --endpoint here'),
    type: ({ text }) => `queues --stage test --endpoint ${text.split(' ').at(-1)}`,
    gives: isDone,
  },
  {
    says: '--local says where to look: leave out --<…>',
    at: LOCALLY,
    when: ({ first }) => first('queues --local --region eu-west-1'),
    type: ({ options: [local, other] }) => `queues ${local} --region eu-west-1`.replace(`${other} eu-west-1`, ''),
    gives: isDone,
  },
  {
    says: 'goes behind "--": sluice <…> -- <…>',
    when: ({ first }) => first('job send-email --odd'),
    type: ({ values: [verb] }) => `${verb} --stage test -- send-email --odd`,
    gives: prints('no send-email job with key or id "--odd"'),
  },
  {
    says: 'is given twice: run the command once for each',
    when: among(3, 'dlq purge send-email --yes --no-save --key a0 --key a1'),
    type: () => ['a0', 'a1'].map((key) => `dlq purge send-email --yes --no-save --key ${key} --stage test`),
    gives: (_, { world }) => expect(world.deadLetters.messages()).toHaveLength(1),
  },
  {
    says: 'name a job by its key, or give --all',
    when: ({ first }) => first('retry send-email'),
    type: ({ options: [all] }) => `retry send-email ${all} --yes --stage test`,
    gives: isDone,
  },
  {
    says: 'give a key or --all, not both',
    when: ({ first }) => first('retry send-email a0 --all'),
    type: ({ options: [all] }) => `retry send-email ${all} --yes --stage test`,
    gives: isDone,
  },
  {
    says: 'give --flow or --all, not both',
    when: ({ first }) => first('cancel send-email --flow --all'),
    type: ({ options: [, all] }) => `cancel send-email ${all} --yes --stage test`,
    gives: isDone,
  },
  {
    says: '--edit needs a terminal; --body takes the corrected body from a file or a pipe',
    at: { input: `{"id":"a0","payload":${MAIL}}` },
    when: among(1, 'dlq redrive send-email --yes --edit'),
    type: ({ options }) => `dlq redrive send-email --yes ${options.at(-1)} - --stage test`,
    gives: prints('1 sent back'),
  },
  {
    says: 'give --edit or --body, not both',
    when: among(1, `dlq redrive send-email --yes --edit --body {}`),
    type: ({ options }) => `dlq redrive send-email --yes ${options[1]} '{"id":"a0","payload":${MAIL}}' --stage test`,
    gives: prints('1 sent back'),
  },
  {
    says: 'name the one to correct with --key',
    when: among(2, `dlq redrive send-email --yes --body '{"payload":${MAIL}}'`),
    type: ({ options: [key] }) =>
      `dlq redrive send-email --yes ${key} a1 --body '{"id":"a1","payload":${MAIL}}' --stage test`,
    gives: prints('1 sent back'),
  },
  {
    says: 'line <…> is not UTF-8: save the file as UTF-8. It and what follows was not read',
    when: beside({ in: Buffer.from(`${MAIL}\n\xe9`, 'latin1') }, 'send send-email @in --lines'),
    type({ values: [line] }) {
      writeFileSync(
        'in',
        `${readFileSync('in', 'utf8')
          .split('\n')
          .slice(0, Number(line) - 1)
          .join('\n')}\n${MAIL}`,
      );
      return 'send send-email @in --lines --stage test';
    },
    gives: prints('2 sent, 0 refused'),
  },
  {
    says: '<…> is not UTF-8: save it as UTF-8',
    when: beside({ in: Buffer.from('"\xe9"', 'latin1') }, 'send send-email @in'),
    type() {
      writeFileSync('in', MAIL);
      return 'send send-email @in --stage test';
    },
    gives: isDone,
  },
  {
    says: '--since must be an age as 30m, 2h or 1d, or a time as 2026-01-31T09:00:00Z',
    when: ({ first }) => first('dead --since soon'),
    type: ({ text, options: [since] }) =>
      (text.match(/\d\S*[^,\s]/g) ?? []).map((at) => `dead ${since} ${at} --stage test`),
    gives: (_, __, all) => expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]),
  },
  {
    says: '--reason must be one of <…>, got',
    when: ({ first }) => first('dead --reason boredom'),
    type: ({ values: [reasons = ''], options: [reason] }) =>
      reasons.split(', ').map((one) => `dead ${reason} ${one} --stage test`),
    gives: (_, __, all) => expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]),
  },
  {
    says: '--id and --key name one job: with --lines, give each its own (--envelopes)',
    at: { input: `{"id":"mine","payload":${MAIL}}` },
    when: ({ first }) => first('send send-email - --lines --id mine'),
    type: ({ options }) => `send send-email - ${options[2]} ${options[3]} --stage test`,
    gives: (_, { world }) => expect(world.queue.messages()[0]?.body).toContain('"id":"mine"'),
  },
  {
    says: 'with --lines, give @file or - for standard input',
    at: { input: MAIL },
    when: beside({ file: MAIL }, 'send send-email {} --lines'),
    type: ({ text, options: [lines] }) =>
      ['@file', '-']
        .filter((one) => text.includes(` ${one} `))
        .map((one) => `send send-email ${one} ${lines} --stage test`),
    gives: (_, { world }) => expect(world.queue.messages()).toHaveLength(2),
  },
  {
    says: '(--help shows how it is used)',
    when: ({ first }) => first('queuez'),
    type: ({ options: [help] }) => `queues ${help}`,
    gives: prints('Usage: sluice queues'),
  },
  {
    says: '--help shows how it is used',
    when: ({ run }) => run('queuez --json'),
    type: ({ options: [help] }) => `queues ${help}`,
    gives: prints('Usage: sluice queues'),
  },
  {
    says: 'name a job type, as send-email, or a verb with --output',
    when: ({ run }) => run('schema'),
    type: ({ options: [output] }) => ['schema send-email', `schema ${output} queues`],
    gives: (_, __, all) => expect(all.map(({ code }) => code)).toEqual([0, 0]),
  },
  {
    says: 'give a job type or --output, not both',
    when: ({ run }) => run('schema send-email --output queues'),
    type: ({ options: [output] }) => ['schema send-email', `schema ${output} queues`],
    gives: (_, __, all) => expect(all.map(({ code }) => code)).toEqual([0, 0]),
  },
  {
    says: 'mcp speaks its own protocol: leave out --json and --wide',
    when: ({ first }) => first('mcp --json --wide'),
    type: ({ options }) =>
      ['mcp', '--json', '--wide', '--stage test'].filter((one) => !options.includes(one)).join(' '),
    gives: isDone,
  },
];
