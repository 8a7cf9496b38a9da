import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { sendEmail } from '../../../../support/shop/send-email/definition.ts';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed, Place } from '../follow.ts';
import { isDone, MAIL, prints } from './situations.ts';

/** A checkout whose definition has a circuit breaker. */
const BREAKER = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const BROKEN = { definitions: [{ ...sendEmail, breaker: BREAKER }] };

const buried = ({ graveyard }: Place) => graveyard(3);
/** A job that waits for tomorrow, as the runbook's. */
async function parked({ mail, world }: Place) {
  mail('ord-200', 'fine', { runAt: new Date(world.clock.now() + 3600_000).toISOString() });
  await world.drain();
}
const yes = ({ text }: { text: string }) => `${text.slice(text.indexOf('sluice ') + 7)} --yes`;

/** Commands of the alarms and of the pages, in the situation that they are for. */
export const PAGES: readonly Followed[] = [
  { says: 'npx sluice dead --stage <…>', amid: buried, gives: prints('no such mailbox\t3') },
  { says: 'see: sluice dead', amid: buried, gives: prints('no such mailbox\t3') },
  { says: 'npx sluice dead', amid: buried, gives: prints('no such mailbox\t3') },
  { says: 'npx sluice dlq redrive <…> --stage <…>', amid: buried, type: yes, gives: prints('3 sent back') },
  { says: 'npx sluice dlq redrive <type>', amid: buried, type: yes, gives: prints('3 sent back') },
  { says: 'npx sluice dlq redrive process-payment', amid: buried, type: yes, gives: prints('3 sent back') },
  {
    says: 'npx sluice dlq redrive sync-data --error 404',
    amid: async ({ mail, world, graveyard }) => {
      mail('b', 'permanent crm answered 404');
      await graveyard(2);
      await world.drain();
    },
    type: yes,
    gives: prints('1 sent back; 2 left'),
  },
  {
    says: 'npx sluice dlq purge <type>',
    amid: async ({ graveyard }) => {
      workingFolder();
      await graveyard(3);
    },
    type: yes,
    gives: (ran, { world }) => {
      prints('3 deleted, saved in sluice-test-send-email-dlq-')(ran);
      expect([world.deadLetters.messages(), world.job('a0')?.status]).toEqual([[], 'DEAD']);
    },
  },
  { says: 'npx sluice doctor --stage <…>', gives: prints('all checks passed') },
  { says: 'npx sluice doctor', gives: prints('all checks passed') },
  { says: 'npx sluice doctor --scan', type: yes, gives: prints('lost messages') },
  { says: 'npx sluice doctor --job --stage <…>', gives: prints('send-email did not answer within 60 s') },
  { says: 'npx sluice doctor --job', gives: prints('send-email did not answer within 60 s') },
  { says: 'npx sluice queues --stage <…>', amid: parked, gives: prints(/\nsend-email\t0\t0\t0\t1\t/) },
  { says: 'npx sluice queues', amid: parked, gives: prints(/\nsend-email\t0\t0\t0\t1\t/) },
  { says: 'npx sluice breaker <…> --stage <…>', at: BROKEN, gives: prints('state         closed') },
  { says: 'npx sluice breaker <type>', at: BROKEN, gives: prints('state         closed') },
  {
    says: 'npx sluice breaker charge-card',
    type: () => 'breaker send-email open --stage test',
    at: BROKEN,
    gives: prints('send-email is open'),
  },
  { says: 'npx sluice queues --stage prdo', gives: prints('stage "prdo" is not deployed in this account and region') },
  { says: 'npx sluice job <…> --stage <…> <key>', amid: buried, gives: prints(/status +DEAD/) },
  { says: 'npx sluice job <type> <key>', amid: buried, gives: prints(/status +DEAD/) },
  { says: 'npx sluice job process-payment ord-200', amid: parked, gives: prints('in the jobs table until') },
  {
    says: 'npx sluice retry <type> <key>',
    amid: async ({ mail, world }) => {
      mail('a0', 'fine', { runAt: new Date(world.clock.now() + 3600_000).toISOString() });
      await world.drain();
    },
    gives: prints('due now'),
  },
  {
    says: 'npx sluice retry process-payment ord-200',
    amid: parked,
    async gives(_, { world }) {
      await world.clock.advance(60_000);
      await world.tick();
      await world.drain(60);
      expect(world.job('ord-200')?.status).toBe('COMPLETED');
    },
  },
  {
    says: 'sluice job send-email -EwXN',
    amid({ mail, world }) {
      mail('-EwXN');
      return world.drain();
    },
    gives: prints('COMPLETED'),
  },
  {
    says: 'npx sluice pause <type>',
    type: ({ text }) => ['pause', 'resume'].map((verb) => text.slice(text.indexOf('pause')).replace('pause', verb)),
    gives: (_, __, all) =>
      expect(all.map(({ stdout }) => stdout)).toEqual(['send-email is paused\n', 'send-email is running\n']),
  },
  { says: 'npx sluice drain <type>', gives: prints('send-email is empty') },
  { says: 'npx sluice schema send-email', gives: prints('"title": "Message of a send-email job"') },
  {
    says: 'npx sluice send send-email @mails.ndjson --lines',
    amid() {
      workingFolder();
      writeFileSync('mails.ndjson', `${MAIL}\n{}`);
    },
    gives: prints(/^1 sent, 1 refused\nline 2: /),
  },
  {
    says: 'sluice trace @stack.txt',
    amid() {
      workingFolder();
      writeFileSync('stack.txt', 'Error: no\n    at run (node:internal:1:1)\n');
    },
    gives: isDone,
  },
  {
    says: 'npx sluice new ',
    at: { root: '.' },
    type: () => 'new post-webhook',
    amid() {
      workingFolder();
      mkdirSync('functions');
      writeFileSync('functions/index.ts', 'export const definitions = [] as const;\n');
    },
    gives(ran) {
      isDone(ran);
      const [, filter = 'none'] = /\n {2}npm run test:unit -- (\S+)\n/.exec(ran.stderr) ?? [];
      expect(globSync(`test/**/*${filter}*.test.ts`)).toEqual(['test/unit/functions/post-webhook.test.ts']);
    },
  },
  { says: 'npx sluice completion bash', gives: prints('complete -o filenames') },
  // Interrupted at once: it runs until then.
  ...['npx sluice console', 'npx sluice console --stage prod'].map((says) => ({
    ...{ says, at: { signal: AbortSignal.abort() }, gives: prints('opens once within a minute') },
    type: () => 'console --no-open --stage test',
  })),
  // Of a wait that timed out.
  {
    says: 'or the stage has no job type "<…>": npx sluice queues <…> --stage <…>',
    type: () => 'queues send-mail --stage test',
    gives: prints('stage "test" has no job type "send-mail"; did you mean "send-email"?'),
  },
  { says: 'npx sluice mcp', gives: prints('mcp: stage test, looks only') },
  { says: 'sluice schema --output <verb>', type: () => 'schema --output dlq show', gives: prints('"dlq show --json"') },
  { says: 'npx sluice <verb> --help', type: () => 'queues --help', gives: prints('Usage: sluice queues') },
];
