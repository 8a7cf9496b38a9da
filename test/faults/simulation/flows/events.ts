import type { Stage } from '../../../../lib/operator/aws.ts';
import { cancelFlow } from '../../../../lib/operator/flows/cancel-flow.ts';
import { nameOf } from '../../../../lib/operator/flows/names.ts';
import type { JobName } from '../../../../lib/operator/job-table.ts';
import { cancel, retryNow } from '../../../../lib/operator/jobs/cancel-and-retry.ts';
import type { World, WorldEvent } from '../../../../lib/testing/simulation/model.ts';
import type { ObservedFlow, SeenMessage } from '../../../../lib/testing/simulation/observed-flow.ts';
import type { Random } from '../../../../lib/testing/simulation/random.ts';
import { redrive } from '../../../../lib/testing/simulation/redrive.ts';
import { STAGE, worldOf } from '../../../../lib/testing/simulation/stage.ts';
import { type Hands, operator } from '../operator-events.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What can happen to flows, beside what can happen to any job. */
export const FLOW_EVENTS: readonly WorldEvent[] = [
  {
    name: 'a queue takes nothing',
    weight: 4,
    happen({ down, clock }, random) {
      down.queue = clock.now() + random.pick([MINUTE_MS, 20 * MINUTE_MS, 3 * HOUR_MS, 5 * HOUR_MS]);
    },
  },
  {
    name: 'no consumer starts for a while',
    weight: 1.5,
    happen({ down, clock }, random) {
      down.consumer = clock.now() + random.pick([20 * MINUTE_MS, 6 * HOUR_MS, 8 * 24 * HOUR_MS]);
    },
  },
  { name: 'a copy of a message comes', weight: 6, happen: copy },
  {
    name: 'an operator cancels a flow',
    weight: 5,
    happen: (world, random, name) => operator(name, world, (hands) => cancelSome(world, random, hands)),
  },
  {
    name: 'an operator cancels a child, maybe before it comes',
    weight: 3,
    happen: (world, random, name) =>
      operator(name, world, (hands) => {
        const child = someOf(likely(children(world), world, random), random);
        return child && cancel(hands.table, worldOf(child.type, world).subject.definition, child.key);
      }),
  },
  {
    name: 'an operator has a callback retried now',
    weight: 2,
    happen: (world, random, name) =>
      operator(name, world, (hands) => {
        const flow = someOf(waiting(world), random);
        if (flow === undefined) return undefined;
        world.flows?.hurried(flow.id);
        return retryNow(hands.table, nameOf(flow.id));
      }),
  },
];

/** Somebody sends dead letters back as soon as they come: what buried them may still be on its way. */
export const REDRIVEN_AT_ONCE: WorldEvent = {
  name: 'all dead letters are sent back',
  weight: 25,
  happen({ types }) {
    for (const world of types) for (const { messageId } of world.deadLetters.messages()) redrive(world, messageId);
  },
};

function someOf<T>([first, ...others]: readonly T[], random: Random): T | undefined {
  return first === undefined ? undefined : random.pick([first, ...others]);
}

/** Callbacks that wait. */
const waiting = ({ flows }: World): ObservedFlow[] =>
  [...(flows?.flows.values() ?? [])].filter(({ id }) => flows?.items.get(id)?.status === 'SCHEDULED');

const children = ({ flows }: World) =>
  [...(flows?.flows.values() ?? [])].flatMap(({ id, children: runs }) =>
    runs
      .flatMap(({ type, n }) => Array.from({ length: n }, () => type))
      .map((type, place) => ({ type, key: `${nameOf(id).key}:${place}` })),
  );

/** Rather those that wait for another attempt: they have no message, or one with a timer. */
function likely(all: readonly JobName[], { flows }: World, random: Random): readonly JobName[] {
  const waits = all.filter(({ type, key }) => flows?.items.get(`${type}#${key}`)?.status === 'RETRYING');
  return waits.length > 0 && random.percent(60) ? waits : all;
}

async function cancelSome(world: World, random: Random, { table: { dynamoDb, now } }: Hands): Promise<void> {
  const { flows } = world;
  const flow = someOf(waiting(world), random);
  if (flows === undefined || flow === undefined) return;
  const stage = { name: STAGE, aws: { dynamoDb }, now } as unknown as Stage;
  const definitionOf = (type: string) => worldOf(type, world).subject.definition;
  const { row, interrupted } = await cancelFlow(stage, nameOf(flow.id), {
    definitionOf,
    // A child was told: the callback must not run any more.
    onProgress: () => flows.cancelling(flow.id, { isThrough: false }),
  });
  if (row === 'flowCancelled' && !interrupted) flows.cancelling(flow.id, { isThrough: true });
}

/** SQS delivers a message again that somebody has deleted, or somebody sends a copy. */
function copy(world: World, random: Random): void {
  const { flows, subject } = world;
  const [first, ...others] = flows?.messages.filter(({ type }) => type === subject.definition.type) ?? [];
  if (first !== undefined) addCopy(random.pick([first, ...others]), world);
}

function addCopy({ type, body, attributes, messageId }: SeenMessage, world: World): void {
  const { trace, queue, nextMessageId } = worldOf(type, world);
  const id = nextMessageId();
  trace?.('somebody', `adds a copy of ${messageId} (message ${id})`);
  queue.add({ MessageBody: body, MessageAttributes: attributes }, id);
}

const DAY_MS = 24 * HOUR_MS;
/** Virtual time starts here. */
const START_MS = Date.UTC(2026, 0, 1);

/** Days after all has ended copies come, and dead letters are sent back that nobody has looked at. */
export async function comeLate(world: World): Promise<boolean> {
  const { decisions, clock, flows, types } = world;
  const random = decisions.random('what comes late');
  if (flows === undefined || !decisions.happens('copies come days later', 25)) return false;
  // A dead letter is gone after 14 days.
  const daysLeft = 13 - Math.ceil((clock.now() - START_MS) / DAY_MS);
  await clock.advance(Math.min(random.int(1, 7), daysLeft) * DAY_MS);
  for (const message of [...flows.messages]) {
    const name = `at the end: a copy of ${message.messageId} comes`;
    if (decisions.happens(name, 30)) addCopy(message, world);
  }
  for (const one of types) {
    for (const { messageId } of one.deadLetters.messages())
      if (decisions.happens(`at the end: ${messageId} is sent back late`, 40)) redrive(one, messageId);
  }
  return true;
}
