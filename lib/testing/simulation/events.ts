import { sleep } from '../../engine/clock.ts';
import type { StoredMessage } from '../aws/sqs/model.ts';
import type { World, WorldEvent } from './model.ts';
import { keysOf } from './names-of.ts';
import { STRAGGLE_MS } from './network-faults.ts';
import type { Random } from './random.ts';
import { redrive } from './redrive.ts';

const HOUR_MS = 3600 * 1000;

/** What can happen to any queue and table, beside invocations and ticks. */
export const EVENTS: readonly WorldEvent[] = [
  // SQS delivers at least once: a message that somebody holds, or that is delayed, is there again.
  { name: 'SQS delivers a message again', weight: 10, happen: again },
  {
    name: 'a producer sends its message again',
    weight: 4,
    happen: ({ subject, send }, random) => {
      const [first, ...others] = subject.messages.filter(({ id }) => id !== undefined);
      if (first !== undefined) send(random.pick([first, ...others]));
    },
  },
  {
    name: 'a dead letter is sent back',
    weight: 6,
    happen: (world, random) => sendBack(world, random, { keep: false }),
  },
  {
    name: 'a copy of a dead letter is sent back',
    weight: 3,
    happen: (world, random) => sendBack(world, random, { keep: true }),
  },
  {
    name: 'the queue is purged',
    weight: 1,
    happen({ queue, observer, clock, settings, subject, flows }) {
      // Who received it may have died since, with a begin still under way.
      const sinceMs = clock.now() - settings.functionTimeoutSeconds * 1000 - STRAGGLE_MS;
      const isHeld = ({ receivedAtMs = 0, visibleAtMs }: StoredMessage) =>
        receivedAtMs > sinceMs || (receivedAtMs > 0 && visibleAtMs > clock.now());
      const held = queue.messages().filter(isHeld);
      observer.purging(new Set(held.flatMap((message) => keysOf(message, subject.definition))));
      flows?.purging(subject.definition.type, queue);
      queue.purge();
    },
  },
  {
    name: 'a producer sends a job again whose message was purged',
    weight: 2,
    happen: ({ subject, observer, send }) => {
      const lost = subject.messages.filter(
        ({ id, key, typo }) => id && !typo && observer.jobs.get(key ?? id)?.stranded,
      );
      for (const message of lost) send(message);
    },
  },
  {
    name: 'expired items are removed',
    weight: 4,
    happen: ({ dynamoDb, jobsTable, observer }) => {
      dynamoDb.table(jobsTable).expire();
      observer.look();
    },
  },
  {
    name: 'the dead-letter queue takes nothing for an hour',
    weight: 2,
    happen: ({ down, clock }) => {
      down.deadLetters = clock.now() + HOUR_MS;
    },
  },
  {
    name: 'DynamoDB throttles every call',
    weight: 2,
    happen(world, random) {
      // A job whose end cannot be written has spent its attempt, as with a process that dies.
      if (world.storm.crashesLeft <= 0) return;
      world.storm.crashesLeft -= 1;
      world.storm.outages += 1;
      const untilMs = world.clock.now() + random.pick([2000, 12_000, 40_000, 90_000]);
      for (const { down } of world.types) down.dynamoDb = untilMs;
    },
  },
  {
    name: 'the dispatcher’s rule is disabled for two days',
    weight: 0.6,
    happen({ types, clock }) {
      for (const { down } of types) down.dispatcher = clock.now() + 48 * HOUR_MS;
    },
  },
  {
    name: 'no more than three messages are in flight',
    weight: 2,
    happen: ({ queue }) => queue.change({ maxInFlight: 3 }),
  },
  {
    name: 'nothing is consumed for a day',
    weight: 1.5,
    leaps: true,
    happen: ({ clock }) => sleep(clock, 26 * HOUR_MS),
  },
];

function again({ queue, clock }: World, random: Random): void {
  // SQS changes no visibility any more twelve hours after the receive.
  const sinceMs = clock.now() - 12 * HOUR_MS;
  const all = queue.messages().filter(({ receivedAtMs = clock.now() }) => receivedAtMs > sinceMs);
  // Rather one that was received: what is delivered while somebody still holds it is what goes wrong in practice.
  const held = all.filter(({ receiveCount }) => receiveCount > 0);
  const [first, ...others] = held.length > 0 && random.percent(70) ? held : all;
  if (first === undefined) return;
  queue.changeVisibility(`${queue.name}/${random.pick([first, ...others]).messageId}/0`, 0);
}

function sendBack(world: World, random: Random, { keep }: { keep: boolean }): void {
  const [first, ...others] = world.deadLetters.messages();
  if (first === undefined) return;
  const deadLetter = random.pick([first, ...others]);
  const correctedBody = random.percent(40) ? world.subject.correct?.(deadLetter.body, random) : undefined;
  redrive(world, deadLetter.messageId, { keep, ...(correctedBody !== undefined && { correctedBody }) });
}
