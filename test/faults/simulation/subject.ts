import { fromSqs, toSqs } from '../../../lib/aws/message-attributes.ts';
import { readAttributes, writeAttributes } from '../../../lib/contract/message-attributes.ts';
import { METRICS } from '../../../lib/contract/names.ts';
import { MAX_PARKED_BYTES } from '../../../lib/contract/protocol/job-item.ts';
import type { Subject, World, WorldEvent } from '../../../lib/testing/simulation/model.ts';
import { namesOf } from '../../../lib/testing/simulation/names-of.ts';
import type { ObservedJob } from '../../../lib/testing/simulation/observed.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import { markOf } from '../../../lib/testing/simulation/send.ts';
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
  happen({ queue, observer, nextMessageId, subject }, random) {
    // A name that died refused is free for another body.
    const named = messages.filter(({ id, typo }) => id && typo === undefined && observer.byJobId(id) !== undefined);
    const [first, ...others] = named;
    if (first === undefined) return;
    const { id, key, payload } = random.pick([first, ...others]);
    // Only once the first one is there: which of two is first is nobody's promise.
    if (observer.byJobId(id ?? '')?.item?.jobId !== id) return;
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

export function check(world: World): void {
  const { observer } = world;
  for (const observed of observer.jobs.values()) {
    if (observed.item === undefined) continue;
    checkInnocent(observed, world);
    checkEffects(observed, world);
    checkEvents(observed, world);
    checkProgress(observed, world);
  }
  const [said, was] = [observer.counts.get(METRICS.completed) ?? 0, observer.truth.get(METRICS.completed) ?? 0];
  if (world.storm.deaths === 0 && world.storm.outages === 0 && said !== was)
    observer.violate(`${was} jobs completed, ${said} were counted, and no process died`);
}

function checkInnocent({ item, starts, forgotten }: ObservedJob, { observer, subject, storm }: World): void {
  const last = starts.at(-1)?.payload;
  const behaviour = last === undefined ? undefined : (JSON.parse(last) as { do: string }).do;
  // What comes under its name once its retention has passed is a job of its own.
  if (forgotten) return;
  // A corrected body makes a job innocent that was given few attempts: drawn crashes alone can use those up.
  if (item?.reason === 'Crashed' && item.maxAttempts <= (subject.crashes ?? 0) - storm.crashesLeft) return;
  if (item?.status === 'DEAD' && INNOCENT.some((innocent) => innocent === behaviour))
    observer.violate(`${item.jobId} (${behaviour}) died innocent: ${item.reason}`);
}

/** The event of a job's end was taken by the bus: of each death, and of each completion if the definition asks for it. */
function checkEvents({ item, ...observed }: ObservedJob, { observer, subject, bus }: World): void {
  if (item === undefined || observed.stranded || observed.purged || observed.forgotten) return;
  const { jobId, status, runNo } = item;
  const asked = status === 'DEAD' || (status === 'COMPLETED' && subject.definition.completionEvent);
  const type = status === 'DEAD' ? 'Job Dead-Lettered' : 'Job Completed';
  const isIts = ({ detail, ...event }: (typeof bus.events)[number]) =>
    event['detail-type'] === type && detail.id === jobId && detail.run === runNo;
  if (asked && !bus.events.some(isIts)) observer.violate(`${jobId} is ${status} in run ${runNo}, and no event says so`);
}

/** The item of an ended job has the last progress that its last attempt reported. */
function checkProgress({ item, starts, forgotten }: ObservedJob, { observer }: World): void {
  const last = starts.at(-1)?.payload;
  if (item === undefined || last === undefined || forgotten) return;
  if ((JSON.parse(last) as SimulatedPayload).do !== 'reports') return;
  const reported = item.status === 'COMPLETED' ? item.result : item.error?.name === 'Error' && item.error.message;
  if (['COMPLETED', 'DEAD'].includes(item.status) && reported && item.progress !== reported)
    observer.violate(`${item.jobId} is ${item.status}, it reported ${reported} and its item has ${item.progress}`);
}

/** Behaviours that write by `commit`. */
const COMMITTING = ['commit', 'flaky', 'fickle', 'snooze', 'bulky', 'leaves', 'throws', 'shutDown'];

/** What `commit` and `checkpoint` write happens exactly once, and nothing of an attempt that has ended. */
function checkEffects({ item, starts, forgotten }: ObservedJob, { observer, dynamoDb }: World): void {
  const last = starts.at(-1)?.payload;
  if (item === undefined || last === undefined || forgotten) return;
  const { do: behaviour, mark } = JSON.parse(last) as SimulatedPayload;
  // A refused body under a taken name is a job of its own, and does the same work once it is corrected.
  const sameWork = [...observer.jobs.values()].filter(({ starts: all }) =>
    all.some(({ payload }) => payload.includes(`"${mark}"`)),
  );
  if (sameWork.length > 1) return;
  const times = (effect: string) =>
    (dynamoDb.item(EFFECTS, `${mark}/${effect}`) as { times?: number } | undefined)?.times ?? 0;
  const expected = item.status === 'COMPLETED' ? 1 : 0;
  const left = /(?:left|thrown) by (\S+)/.exec(`${item.error?.message} ${item.crash?.message}`)?.[1];
  if (left !== undefined && left !== mark) observer.violate(`${item.jobId} failed of what ${left} left behind`);
  if (COMMITTING.includes(behaviour) && times('commit') !== expected)
    observer.violate(`${item.jobId} is ${item.status}, its commit happened ${times('commit')} times`);
  for (const page of [1, 2, 3]) {
    const written = times(`page-${page}`);
    const missing = ['pages', 'deaf'].includes(behaviour) && item.status === 'COMPLETED' && written === 0;
    if (written > 1 || missing) observer.violate(`page ${page} of ${item.jobId} happened ${written} times`);
  }
  if (times('zombie') > 0) observer.violate(`${item.jobId} was written by an attempt that had ended`);
}
