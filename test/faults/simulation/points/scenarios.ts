import type { DynamoDb } from '../../../../lib/operator/aws.ts';
import { cancel, retryNow } from '../../../../lib/operator/jobs/cancel-and-retry.ts';
import type { Outgoing, Upgrade, World } from '../../../../lib/testing/simulation/model.ts';
import { redrive } from '../../../../lib/testing/simulation/redrive.ts';
import { accept, foreignOf, type Message } from '../foreign.ts';
import type { Behaviour } from '../handler.ts';

type Next = (world: World) => Promise<unknown> | undefined;
type Deployed = Pick<Upgrade, 'isCoreNext' | 'percent'>;

const THIS_VERSION: Deployed = { isCoreNext: false, percent: 0 };
const NEXT_VERSION: Deployed = { isCoreNext: true, percent: 100 };
const deploy =
  (deployed: Deployed, ...messages: readonly Outgoing[]): Next =>
  async ({ upgrade, warm, send }) => {
    if (upgrade !== undefined) Object.assign(upgrade, deployed);
    for (const { process } of warm.splice(0)) process.kill();
    for (const message of messages) send(message);
  };

/** A short life of a job or two. */
export interface Scenario {
  readonly name: string;
  readonly messages?: readonly Outgoing[];
  /** The same of chains and batches. */
  readonly flow?: readonly Outgoing[];
  /** What happens once all is at rest, one after another; then it goes on to its next rest. */
  readonly next?: Next | readonly Next[];
  /** How long it may take to come to rest before each. @default an hour */
  readonly restMs?: number;
  /** Which version core and the consumers are of at first. @default there is but one */
  readonly upgrade?: Deployed;
  /** Its jobs begin without a claim. */
  readonly optimistic?: true;
  /** Its type has a circuit breaker, whose third party is down for so many seconds. */
  readonly downSeconds?: number;
  /** Of its handlers' luck. @default 1 */
  readonly seed?: number;
  /** Short enough that every pair of faults is tried. */
  readonly pairs?: true;
}

const job = (
  behaviour: Behaviour,
  { seconds = 1, ...message }: Partial<Outgoing> & { seconds?: number } = {},
): Message => ({
  id: 'a',
  ...message,
  payload: { do: behaviour, seconds, mark: message.id ?? 'a' },
});

/** One message that is not ours, of these jobs. */
const foreign = (first: Message, ...others: readonly Message[]): Outgoing => foreignOf(first, [first, ...others]);

/** A deploy whose `accept` names jobs otherwise. */
const rename: Next = async ({ subject }) => {
  const renaming: typeof accept = (message) => {
    const { body } = message;
    return accept({ ...message, body: body.replaceAll('"id":"', '"id":"renamed-') });
  };
  Object.assign(subject.definition, { accept: renaming });
};

const redriveAll = async (world: World) => {
  for (const { messageId } of world.deadLetters.messages()) redrive(world, messageId);
};
const table = ({ dynamoDb, jobsTable, clock }: World) => ({
  dynamoDb: dynamoDb.client as { send: unknown } as DynamoDb,
  table: jobsTable,
  now: clock.now,
});

const START_MS = Date.UTC(2026, 0, 1);

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a job completes', messages: [job('slow')], pairs: true },
  { name: 'a job completes with a commit', messages: [job('commit')], pairs: true },
  { name: 'a job writes three pages', messages: [job('pages')], pairs: true },
  { name: 'a job is retried in its queue, then parked', messages: [job('flaky')] },
  { name: 'a job dies at once', messages: [job('permanent')], pairs: true },
  { name: 'a job uses up two attempts', messages: [job('slow', { seconds: 90, maxAttempts: 2 })], pairs: true },
  { name: 'a job reports its progress', messages: [job('reports')], pairs: true },
  { name: 'a job reports its progress and fails', messages: [job('reports', { seconds: 65, maxAttempts: 2 })] },
  { name: 'a job snoozes', messages: [job('snooze', { seconds: 20 })] },
  { name: 'a job is scheduled', messages: [job('commit', { runAtMs: START_MS + 100_000 })] },
  { name: 'a job expires before it begins', messages: [job('commit', { startBeforeMs: START_MS })], pairs: true },
  {
    name: 'a job expires as it waits for its retry',
    messages: [job('flaky', { endBeforeMs: START_MS + 5000 })],
    pairs: true,
  },
  { name: 'a job is enqueued by a transaction', messages: [job('commit', { written: 'parked' })], pairs: true },
  { name: 'a job is enqueued by a transaction, and woken', messages: [job('flaky', { written: 'woken' })] },
  {
    name: 'a job is enqueued by a transaction, and its message comes as well',
    messages: [job('commit', { written: 'woken' }), job('commit')],
  },
  { name: 'a job without an id is renewed', messages: [{ payload: { do: 'flaky', seconds: 1, mark: 'a' } }] },
  { name: 'a message comes twice', messages: [job('commit'), job('commit')], pairs: true },
  {
    name: 'two jobs come under one key',
    messages: [job('commit', { key: 'k' }), job('commit', { id: 'b', key: 'k' })],
  },
  { name: 'a payload is refused', messages: [{ id: 'a', payload: { do: 'nothing' } }], pairs: true },
  {
    name: 'a job kills its process, with others beside it',
    messages: [job('poison'), job('commit', { id: 'b' }), job('pages', { id: 'c' })],
  },
  {
    name: 'a job leaves a promise behind that rejects, with others beside it',
    messages: [job('leaves'), job('commit', { id: 'b' }), job('pages', { id: 'c' })],
  },
  {
    name: 'a job throws in a timer, with others beside it',
    messages: [job('throws', { maxAttempts: 2 }), job('commit', { id: 'b', seconds: 90 }), job('pages', { id: 'c' })],
  },
  {
    name: 'a process is shut down while three jobs run',
    messages: [job('shutDown'), job('commit', { id: 'b', seconds: 90 }), job('pages', { id: 'c' })],
  },
  { name: 'a job ignores its timeout', messages: [job('deaf')] },
  { name: 'a dead job is redriven and completes', messages: [job('fickle')], next: redriveAll },
  { name: 'a dead job is redriven and dies again', messages: [job('permanent')], next: redriveAll },
  {
    name: 'a scheduled job is cancelled, and its message comes again',
    messages: [job('commit', { runAtMs: START_MS + 7 * 3_600_000 })],
    next: (world) => cancel(table(world), world.subject.definition, 'a'),
  },
  {
    name: 'a scheduled job is retried now',
    messages: [job('commit', { runAtMs: START_MS + 7 * 3_600_000 })],
    next: (world) => retryNow(table(world), { type: 'sim', key: 'a' }),
  },
  {
    name: 'a refused body comes under the name of another',
    messages: [job('commit'), { ...job('commit'), typo: 'maxAtempts' }],
    pairs: true,
  },
  {
    name: 'a refused body comes again, and then fixed',
    messages: [
      { ...job('commit'), typo: 'maxAtempts' },
      { ...job('commit'), typo: 'maxAtempts' },
    ],
    next: async (world) => void world.send(job('commit')),
  },
  {
    name: 'a refused job is redriven corrected, and its body comes again',
    messages: [{ ...job('commit'), typo: 'maxAtempts' }],
    next: async (world) => {
      for (const { messageId } of world.deadLetters.messages())
        redrive(world, messageId, { correctedBody: JSON.stringify({ id: 'a', payload: job('commit').payload }) });
      world.send({ ...job('commit'), typo: 'maxAtempts' });
    },
  },
  {
    name: 'the next version parks a job, this one meets its message, and the next one is back',
    messages: [job('commit', { runAtMs: START_MS + 4 * 3_600_000 })],
    upgrade: NEXT_VERSION,
    restMs: 600_000,
    next: [deploy(THIS_VERSION, job('commit', { runAtMs: START_MS + 4 * 3_600_000 })), deploy(NEXT_VERSION)],
  },
  {
    name: 'a process of the next version begins a job, this one meets it, and the next one is back',
    messages: [job('slow', { seconds: 8 })],
    upgrade: NEXT_VERSION,
    restMs: 100_000,
    next: [deploy(THIS_VERSION, job('slow', { seconds: 8 })), deploy(NEXT_VERSION)],
  },
  {
    name: 'the next version dead-letters a job, and this one meets its redrive',
    messages: [job('fickle')],
    upgrade: NEXT_VERSION,
    restMs: 200_000,
    next: [
      async (world) => {
        await deploy(THIS_VERSION)(world);
        await redriveAll(world);
      },
      deploy(NEXT_VERSION),
    ],
  },
  {
    name: 'consumers of the next version come before their core',
    messages: [job('commit'), { payload: job('pages').payload }],
    upgrade: { isCoreNext: false, percent: 100 },
    restMs: 600_000,
    next: deploy(NEXT_VERSION),
  },
  { name: 'a foreign message is one job', messages: [foreign(job('commit'))], pairs: true },
  { name: 'a foreign message is one job, retried in its queue, then parked', messages: [foreign(job('flaky'))] },
  { name: 'a foreign message without an id in it is parked', messages: [foreign({ payload: job('flaky').payload })] },
  {
    name: 'a foreign message is parked, and a deploy changes accept',
    messages: [foreign(job('flaky', { seconds: 700 }))],
    restMs: 600_000,
    next: rename,
  },
  { name: 'a foreign message is split', messages: [foreign(job('commit'), job('pages', { id: 'b' }))], pairs: true },
  {
    name: 'a foreign message is split whose jobs die, and are redriven',
    messages: [foreign(job('fickle'), job('permanent', { id: 'b' }))],
    next: redriveAll,
  },
  {
    name: 'a foreign message of which accept makes no job is sent back',
    messages: [foreign(job('commit'), { ...job('commit', { id: 'b' }), typo: 'maxAtempts' })],
    next: redriveAll,
  },
  {
    name: 'a job with its sender’s attributes is parked',
    messages: [{ payload: job('flaky').payload, attributes: { sender: 'a', jobId: 'import-17' } }],
  },
];
