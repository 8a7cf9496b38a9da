import { fromSqs, toSqs } from '../../../lib/aws/message-attributes.ts';
import { readAttributes, writeAttributes } from '../../../lib/contract/message-attributes.ts';
import { MAX_PARKED_BYTES } from '../../../lib/contract/protocol/job-item.ts';
import type { Subject, WorldEvent } from '../../../lib/testing/simulation/model.ts';
import { namesOf } from '../../../lib/testing/simulation/names-of.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import { markOf } from '../../../lib/testing/simulation/send.ts';
import { UNSEEN_MS } from '../../../lib/testing/simulation/unclaimed.ts';
import { check } from './check.ts';
import { accept, asForeign, GROUP, type Message } from './foreign.ts';
import {
  BEHAVIOURS,
  DEFINITIONS,
  EFFECTS,
  FILLER,
  HARMFUL,
  INNOCENT,
  NARROW_ITEM_BYTES,
  type SimulatedPayload,
  work,
} from './handler.ts';
import { OLDER } from './older-version.ts';
import { OPERATOR_EVENTS } from './operator-events.ts';
import { UPGRADE_EVENTS } from './upgrade-events.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Schedules in which the next version is deployed and rolled back, percent. */
const UPGRADING = 20;

/** Our own subject: up to five jobs of every behaviour, some without an id, some under one key, some for later. */
export function makeSubject(random: Random): Subject {
  const definition = random.pick(DEFINITIONS);
  const isRolling = definition.rateLimit === undefined && random.percent(25);
  // Now and then all have one fate, as when a third party is down: their calls travel together.
  const fate = random.percent(20) ? { do: random.pick(BEHAVIOURS), seconds: random.pick(SECONDS) } : {};
  const drawn = { isRolling, fate };
  const own = Array.from({ length: random.int(1, 5) }, (_, n) => message(n, random, drawn));
  const lost: string[] = [];
  const narrow = random.percent(30) && { maxItemBytes: NARROW_ITEM_BYTES };
  const upgrades = !isRolling && random.percent(UPGRADING);
  const poisons = own.filter(({ payload }) => HARMFUL.includes(payload.do)).length;
  // Drawn last: what was drawn before is the same whether others send as well.
  const isForeign = !isRolling && random.percent(25);
  const messages = isForeign ? asForeign(own, random) : own.map((one) => enqueued(one, random));
  const attributeless = new Set(
    messages.flatMap(({ written, payload }) => (written === undefined ? [] : payload.mark)),
  );
  return {
    definition: isForeign ? { ...definition, accept } : definition,
    ...(isRolling && { older: OLDER }),
    ...(upgrades && { upgrades }),
    perform(payload, context, surroundings) {
      const { mark } = payload as SimulatedPayload;
      // The version before hands no sender's attributes on; a job that was enqueued by a transaction has none.
      const { sender } = context.job.attributes;
      if (!isRolling && sender !== mark && sender !== GROUP && !attributeless.has(mark))
        lost.push(`${context.job.id}, run ${context.job.run}`);
      return work(payload, context, surroundings);
    },
    tables: { [EFFECTS]: ['id'] },
    ...narrow,
    messages,
    events: [
      foreign(messages),
      stray(messages),
      fixed(messages),
      outage,
      ...OPERATOR_EVENTS,
      ...(upgrades ? UPGRADE_EVENTS : []),
    ],
    // Few enough that no innocent job can use up its attempts by them: a poison job takes its mates along once.
    crashes: Math.max(0, 3 - poisons),
    correct: corrected,
    check(world) {
      for (const job of lost) world.observer.violate(`${job} starts without its sender’s attributes`);
      check(world);
    },
  };
}

const TOO_BIG_TO_PARK = 'x'.repeat(MAX_PARKED_BYTES);

/** Virtual time starts here, whatever the machine's clock says. */
const START_MS = Date.UTC(2026, 0, 1);

const SECONDS = [0, 1, 8, 20, 65, 90, 700] as const;

interface Drawn {
  readonly isRolling: boolean;
  readonly fate: Partial<SimulatedPayload>;
}

function message(n: number, random: Random, { isRolling, fate }: Drawn): Message {
  const behaviour = fate.do ?? random.pick(BEHAVIOURS);
  const seconds = fate.seconds ?? random.pick(SECONDS);
  const later = random.percent(20) ? { runAtMs: START_MS + random.pick([1, 30, 100, 5000]) * 1000 } : {};
  // Jobs without an id are told apart by their mark alone; two in ten share one key.
  const name = random.percent(85) ? { id: `j${n}`, ...(random.percent(20) && { key: 'shared' }) } : {};
  const few = random.percent(10) && !INNOCENT.includes(behaviour) ? { maxAttempts: 2 } : {};
  // The version before gives a refused body other names.
  const typo = !isRolling && random.percent(12) ? { typo: 'maxAtempts' } : {};
  // The version before takes a `jobId` of the sender's for its own. One that it renewed before it began has no item to
  // show it.
  const own = { sender: `j${n}`, ...(!isRolling && { jobId: 'import-17' }) };
  const when = isRolling && !('id' in name) ? {} : later;
  // Near an item's limit with its checkpoint, or (seldom, for it costs time) beyond what an item takes at all.
  const filler = behaviour === 'bulky' ? FILLER : random.percent(1) ? TOO_BIG_TO_PARK : undefined;
  return {
    ...{ ...name, ...when, ...few, ...typo, attributes: own },
    payload: { do: behaviour, seconds, mark: `j${n}`, ...(filler !== undefined && { filler }) },
  };
}

/** Some are enqueued by a transaction of their producer's: what has no name cannot be told from another by its item. */
function enqueued(message: Message, random: Random): Message {
  const { id, typo, payload } = message;
  if (id === undefined || typo !== undefined || payload.filler !== undefined || !random.percent(8)) return message;
  const { attributes: _, ...plain } = message;
  return { ...plain, written: random.pick(['parked', 'woken']) };
}

/** A dead letter's body with work that succeeds, and without the typo. */
function corrected(body: string): string | undefined {
  const given = JSON.parse(body) as {
    payload: SimulatedPayload;
    maxAtempts?: 1;
    records?: [{ payload: SimulatedPayload }];
  };
  const { maxAtempts: _, ...envelope } = given.records === undefined ? given : { payload: given.records[0].payload };
  return JSON.stringify({ ...envelope, payload: { ...envelope.payload, do: 'commit', seconds: 1 } });
}

/** A producer whose body was refused sends it again without the typo. */
const fixed = (messages: readonly Message[]): WorldEvent => ({
  name: 'a producer sends a refused body again, fixed',
  weight: 4,
  happen({ send }, random) {
    const [first, ...others] = messages.filter(({ id, typo }) => id !== undefined && typo !== undefined);
    if (first === undefined) return;
    const { typo: _, ...message } = random.pick([first, ...others]);
    send(message);
  },
});

/** Another body under a job's name: the first one stays. It says so by a mark that no handler may meet. */
const foreign = (messages: readonly Message[]): WorldEvent => ({
  name: 'another body comes under a job’s name',
  weight: 3,
  happen({ queue, observer, nextMessageId, subject, clock }, random) {
    // A name that died refused is free for another body.
    const named = messages.filter(({ id, typo }) => id && typo === undefined && observer.byJobId(id) !== undefined);
    const [first, ...others] = named;
    if (first === undefined) return;
    const { id, key, payload } = random.pick([first, ...others]);
    // Only once the first one is there for all to see: which of two is first is nobody's promise.
    const { item, appearedAtMs = 0 } = observer.byJobId(id ?? '') ?? {};
    const isUnseen = subject.definition.begin === 'optimistic' && clock.now() < appearedAtMs + UNSEEN_MS;
    if (item?.jobId !== id || isUnseen) return;
    const body = { id, ...(key !== undefined && { key }), payload: { ...payload, mark: 'foreign' } };
    const MessageAttributes = toSqs({ sender: { type: 'String', value: 'foreign' }, ...markOf(subject.definition) });
    queue.add({ MessageBody: JSON.stringify(body), MessageAttributes }, nextMessageId());
  },
});

/** Somebody copies a dead letter's attributes to another job's message under the same key. */
const stray = (messages: readonly Message[]): WorldEvent => ({
  name: 'a dead letter comes back with another job in it',
  weight: 3,
  happen({ queue, deadLetters, nextMessageId }) {
    const deadLetter = deadLetters
      .messages()
      .find(({ attributes }) => !/^(Invalid|NotAccepted)/.test(attributes.reason?.StringValue ?? 'Invalid'));
    if (deadLetter === undefined) return;
    const { own, sender } = readAttributes(fromSqs(deadLetter.attributes));
    const payload = { ...messages[0]?.payload, do: 'commit', mark: 'foreign' };
    const { key } = namesOf(deadLetter);
    const MessageAttributes = toSqs(writeAttributes({ own: { ...own, jobId: 'stranger', key }, sender }));
    queue.add({ MessageBody: JSON.stringify({ id: 'stranger', key, payload }), MessageAttributes }, nextMessageId());
  },
});

/** Every invocation fails for eight days: SQS moves what waits in the queue by itself. */
const outage: WorldEvent = {
  name: 'no consumer starts for eight days',
  weight: 0.4,
  happen: ({ down, clock }) => {
    down.consumer = clock.now() + 8 * DAY_MS;
  },
};
