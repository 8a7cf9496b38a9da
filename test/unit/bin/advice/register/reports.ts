import { writeFileSync } from 'node:fs';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed, Place } from '../follow.ts';
import { among, isDone, LOCALLY, needsRegion, prints } from './situations.ts';

/** What a table or a report leaves out. */
export const REPORTS: readonly Followed[] = [
  {
    says: 'cut to <…> columns; --wide shows all',
    at: { tty: true, columns: 60 },
    when: among(1, 'dead --jobs'),
    type: ({ options: [wide] }) => `dead --jobs ${wide} --stage test`,
    gives: ({ stdout, stderr }) => expect([stdout.includes('no such mailbox'), stderr]).toEqual([true, '']),
  },
  {
    says: '<…> of <…>; --limit shows more',
    when: among(3, 'dead --jobs --limit 2'),
    type: ({ values: [, all], options: [limit] }) => `dead --jobs ${limit} ${all} --stage test`,
    gives: ({ stdout, stderr }) => expect([stdout.trim().split('\n').length, stderr]).toEqual([4, '']),
  },
  {
    says: 'there are more than 100,000: --since limits the list to the latest',
    when: async (there) => {
      crowd(there);
      return there.first('dead');
    },
    type: ({ options: [since] }) => `dead ${since} 1h --stage test`,
    gives: ({ stderr }) => expect(stderr).toBe('no dead job matches\n'),
  },
  {
    says: '<…> has no source map of <…>: name the folder that its deploy left with --maps',
    at: { input: 'at perform (sluice-test-send-email-0123456789abcdef.mjs:2:1)' },
    when({ run }) {
      workingFolder();
      const map = { version: 3, sources: ['source:///functions/a.ts'], names: [], mappings: ';AAWM' };
      writeFileSync('sluice-test-send-email-0123456789abcdef.mjs.map', JSON.stringify(map));
      return run('trace --maps nowhere', { input: 'at perform (sluice-test-send-email-0123456789abcdef.mjs:2:1)' });
    },
    type: ({ options: [maps] }) => `trace ${maps} .`,
    gives: prints('functions/a.ts:12:7'),
  },
  {
    says: 'without an AWS account: npm run local keeps a stage up on this machine, --local looks at it',
    at: LOCALLY,
    when: ({ run }) => run('queues', { connected: () => needsRegion({}) }),
    type: ({ options: [local] }) => `queues ${local}`,
    gives: isDone,
  },
  {
    says: 'npm run local keeps stage <…> up on this machine: add --local for it',
    at: LOCALLY,
    when: ({ run }) => run('queues --stage prdo', { env: {}, ...LOCALLY }),
    type: ({ options: [local] }) => `queues ${local}`,
    gives: isDone,
  },
];

/** A list of dead jobs that ends only where it has a beginning. */
function crowd({ world }: Place): void {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const Items = Array.from({ length: 12_500 }, (_, i) => ({ id: { S: `send-email#${i}` }, listAt: { N: '1' } }));
  client.send = async (command) => {
    if (!(command instanceof QueryCommand)) return send(command);
    const isAll = command.input.ExpressionAttributeValues?.[':since']?.N === '0';
    return isAll ? { Items, LastEvaluatedKey: { id: { S: 'x' } } } : { Items: [] };
  };
}
