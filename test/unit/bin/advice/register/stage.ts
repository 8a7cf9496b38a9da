import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect } from 'vitest';
import { breakerId } from '../../../../../lib/contract/definition/breaker.ts';
import { awsError } from '../../../../../lib/testing/index.ts';
import { tick } from '../../../../support/control-plane.ts';
import { sendEmail } from '../../../../support/shop/send-email/definition.ts';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Followed, Place } from '../follow.ts';
import { among, DENIED, failing, isDone, LOCALLY, MAIL, needsRegion, prints } from './situations.ts';

const source = ({ plane }: Place, state: string) => {
  for (const one of plane.eventSources.values()) one.state = state;
};
const QUEUE = 'sluice-test-send-email';
/** A checkout whose definition is retired. */
const RETIRED = { definitions: [{ ...sendEmail, retired: true }] };

/** A checkout whose definition has a circuit breaker. */
const BREAKER = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const BROKEN = { definitions: [{ ...sendEmail, breaker: BREAKER }] };

/** What the engine writes when too many attempts fail. */
async function openByItsRate({ clock, dynamoDb }: Place['world']): Promise<void> {
  const nowMs = clock.now();
  const counts = { version: 1, window: 0, ok: 0, failed: 0, lastOk: 0, lastFailed: 0 };
  const open = { state: 'open', by: 'rate', openedAt: nowMs, nextProbeAt: nowMs + 30_000 };
  const Item = marshall({ id: breakerId('send-email'), ...counts, ...open });
  await dynamoDb.client.send(new PutItemCommand({ TableName: 'sluice-test-jobs', Item }));
}

/** What `doctor` and its kin advise. */
export const STAGE: readonly Followed[] = [
  {
    says: 'It is not read (--yes does it)',
    when: ({ first }) => first('doctor --scan'),
    type: ({ options: [yes] }) => `doctor --scan ${yes} --stage test`,
    gives: prints('lost messages  none among'),
  },
  {
    says: 'npx sluice resume <…><flags>',
    when: (there) => {
      source(there, 'Disabled');
      return there.first('doctor');
    },
    gives: prints('send-email is running'),
  },
  {
    says: 'npx sluice resume <…><flags>',
    when: (there) => {
      source(there, 'Disabled');
      there.mail('a');
      return there.first('drain send-email');
    },
    gives: prints('send-email is running'),
  },
  {
    says: 'npx sluice doctor<flags>',
    when: (there) => {
      there.plane.eventSources.clear();
      there.mail('a');
      return there.first('drain send-email');
    },
    gives: prints('send-email has none: its jobs wait → npx cdk deploy sluice-test-send-email --revert-drift'),
  },
  {
    says: 'npx sluice dead <…><flags>, fix the cause',
    when: among(1, 'doctor'),
    type: ({ text }) => text.slice(text.indexOf('dead '), text.indexOf(',')),
    gives: prints('no such mailbox'),
  },
  {
    says: 'then npx sluice dlq redrive <…><flags>',
    when: among(2, 'doctor'),
    type: ({ text }) => `${text.slice(text.indexOf('dlq '))} --yes`,
    gives: prints('2 sent back'),
  },
  {
    says: 'aws events enable-rule --name <…>, or ',
    when: ({ first, plane }) => {
      plane.rules.splice(0, 1, { Name: 'each-minute', State: 'DISABLED' });
      return first('doctor');
    },
    type({ values: [rule] }, { plane }) {
      // The call itself is compared with the SDK's below.
      plane.rules.splice(0, 1, { Name: rule, State: 'ENABLED' });
      return 'doctor --stage test';
    },
    gives: isDone,
  },
  {
    says: 'look at the latest errors in log group /aws/lambda/<…>',
    when: ({ first, plane }) => {
      plane.logs.set('/aws/lambda/sluice-test-dispatcher', []);
      return first('doctor');
    },
    type({ values: [group] }, { plane, world }) {
      plane.logs.set(`/aws/lambda/${group}`, [tick(world.clock.now())]);
      return 'doctor --stage test';
    },
    gives: isDone,
  },
  {
    says: 'has no <…> job with key or id "<…>"<…>. Its message may not have been received yet (npx sluice queues <…><flags>)',
    when: ({ first, mail }) => {
      mail('a');
      return first('job send-email a');
    },
    type: ({ text }) => text.slice(text.indexOf('queues '), -1),
    gives: prints(/\nsend-email\t1\t/),
  },
  {
    says: 'npx sluice queues <…><flags>',
    when: (there) => {
      for (const one of there.plane.eventSources.values()) one.next.push(...Array<string>(200).fill('Disabling'));
      return there.first('pause send-email');
    },
    gives: prints('pausing'),
  },
  {
    says: 'in stage "<…>" is gone: was a stack deleted meanwhile? npx sluice doctor<flags> shows what is left',
    when: (there) => {
      there.plane.stacks.delete(QUEUE);
      there.plane.eventSources.delete(QUEUE);
      failing(there, 'GetQueueUrl', awsError('QueueDoesNotExist', 'gone'), 1);
      return there.first('dlq show send-email');
    },
    type: ({ text }) => text.slice(text.indexOf('doctor'), text.indexOf(' shows')),
    gives: prints(`✘ stacks         ${QUEUE} does not exist → npx cdk deploy ${QUEUE} -c stage=test`),
  },
  {
    says: 'was it deleted meanwhile? npx sluice doctor<flags> shows what is left',
    when: (there) => {
      failing(there, 'SendMessageBatch', awsError('QueueDoesNotExist', 'gone'), 10);
      failing(there, 'SendMessage', awsError('QueueDoesNotExist', 'gone'), 10);
      there.plane.stacks.delete(QUEUE);
      there.plane.eventSources.delete(QUEUE);
      return there.first(`send send-email '${MAIL}'`);
    },
    type: ({ text }) => text.slice(text.indexOf('doctor'), text.indexOf(' shows')),
    gives: prints(`${QUEUE} does not exist`),
  },
  {
    says: 'npx sluice drain <…><flags> waits for it',
    when: async (there) => {
      there.mail('a');
      return there.first('doctor', RETIRED);
    },
    type: ({ text }, { world }) => {
      world.queue.purge();
      return text.slice(text.indexOf('drain'), text.indexOf(' waits'));
    },
    gives: prints('send-email is empty\n'),
  },
  {
    says: 'npx sluice dead <…><flags>; then npx sluice dlq redrive <…><flags> or npx sluice dlq purge <…><flags>',
    when: async (there) => {
      // The dead letters are saved there.
      workingFolder();
      await there.graveyard(1);
      return there.first('doctor', RETIRED);
    },
    type: ({ text }) => `${text.slice(text.lastIndexOf('dlq'))} --yes`,
    gives: prints('1 deleted, saved in'),
  },
  {
    says: 'npx sluice breaker <…> close<flags> starts its jobs again',
    when: ({ first }) => first('breaker send-email open', BROKEN),
    type: ({ text }) => text.slice(text.indexOf('breaker'), text.indexOf(' starts')),
    at: BROKEN,
    gives: prints('send-email is closed\n'),
  },
  {
    says: ': its circuit breaker is <…> (npx sluice breaker <…><flags>)',
    when: async ({ first }) => {
      await first('breaker send-email open', BROKEN);
      return first('queues');
    },
    type: ({ text }) => text.slice(text.indexOf('breaker send'), -1),
    at: BROKEN,
    gives: prints('opened by     an operator'),
  },
  {
    says: 'npx sluice breaker <…> close<flags>, once they may start',
    when: async ({ first }) => {
      await first('breaker send-email open', BROKEN);
      return first('doctor', BROKEN);
    },
    type: ({ text }) => text.slice(text.indexOf('breaker'), text.indexOf(',')),
    at: BROKEN,
    gives: prints('send-email is closed\n'),
  },
  {
    says: 'npx sluice breaker <…><flags> shows it; a probe that succeeds closes it',
    when: async ({ world, first }) => {
      await openByItsRate(world);
      return first('doctor', BROKEN);
    },
    type: ({ text }) => text.slice(text.indexOf('breaker'), text.indexOf(' shows')),
    at: BROKEN,
    gives: prints('opened by     the rate of failures'),
  },
  {
    says: 'npx sluice queues --local',
    at: LOCALLY,
    gives: isDone,
  },
];

/** A command that fails, and goes on once its cause is gone. */
const again = (says: string, error: Error): Followed => ({
  says,
  when: (there) => {
    failing(there, 'ListQueues', error, 1);
    return there.first('queues');
  },
  type: () => 'queues --stage test',
  gives: isDone,
});

export const FAILURES: readonly Followed[] = [
  again('AWS throttles the calls (<…>)', awsError('ThrottlingException', 'slow', 400)),
  again('AWS failed (<…>, status <…>)', awsError('InternalFailure', 'no', 500)),
  again('try again in a minute', awsError('ThrottlingException', 'slow', 400)),
  {
    says: 'this is unexpected: run the same command with --debug to see where it happened',
    when: (there) => {
      failing(there, 'ListQueues', new RangeError('odd'), 2);
      return there.first('queues');
    },
    type: ({ options: [debug] }) => `queues ${debug} --stage test`,
    gives: prints(/RangeError: odd\n {4}at /),
  },
  {
    says: 'ask for the policy <…> or <…> of the stage',
    when: (there) => {
      failing(there, 'ListQueues', DENIED, 1);
      return there.first('queues');
    },
    type: () => 'queues --stage test',
    gives: isDone,
  },
  {
    says: 'name one: --region',
    when: ({ run }) => run('queues', { connected: needsRegion }),
    type: ({ options: [region] }) => `queues ${region} eu-west-1 --stage test`,
    at: { connected: needsRegion },
    gives: isDone,
  },
  ...['check the network, --endpoint and --region', 'check --profile and --region', 'name a profile (--profile'].map(
    (says, i): Followed => ({
      says,
      when: (there) => {
        const code = ['ECONNREFUSED', 'InvalidClientTokenId', 'CredentialsProviderError'][i] ?? '';
        failing(there, 'ListQueues', Object.assign(new Error('no'), { name: code, code }), 1);
        return there.first('queues');
      },
      type: ({ options }) =>
        options.map(
          (option) => `queues ${option} ${option === '--endpoint' ? 'http://127.0.0.1:1' : 'x'} --stage test`,
        ),
      gives: (_, __, all) => expect(all.map(({ code }) => code)).toEqual(all.map(() => 0)),
    }),
  ),
];
