import { makeDecisions } from './decisions.ts';
import { checkEndInvariants } from './end-invariants.ts';
import { EVENTS } from './events.ts';
import { invoke, tick } from './lifecycle.ts';
import type { Subject, World, WorldEvent } from './model.ts';
import { finishUpgrade } from './next-version.ts';
import { makeRandom, type Random } from './random.ts';
import { redrive } from './redrive.ts';
import { settleDown } from './settle-down.ts';
import { makeWorld, type WorldOptions } from './world.ts';

/** Makes what is simulated, anew for each schedule. */
export type MakeSubject = (random: Random) => Subject;

/** How a schedule ended. */
export interface Ran {
  readonly violations: readonly string[];
  /** Everything that the schedule let happen, by name. */
  readonly taken: readonly string[];
  readonly world: World;
}

export interface ScheduleOptions extends WorldOptions {
  /** Decisions to leave out. */
  readonly without?: ReadonlySet<string>;
}

/** One schedule: a storm of faults, none until all has ended, a redrive of some that died, and none again. */
export async function runSchedule(make: MakeSubject, seed: number, options: ScheduleOptions = {}): Promise<Ran> {
  const decisions = makeDecisions(seed, options.without);
  const world = makeWorld(make(makeRandom(seed)), decisions, options);
  try {
    await storm(world);
    await rollBack(world);
    await toTheEnd(world);
    if (world.types.map(redriveSome).includes(true)) await toTheEnd(world);
    if (await world.subject.afterwards?.(world)) await toTheEnd(world);
  } catch (error) {
    world.observer.violate(`the simulation stopped: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return { violations: world.violations, taken: decisions.taken, world };
}

/** For three hours nothing of the next version is there: longer than a message's receives last, so it is sent anew. */
const ROLLED_BACK_MS = 3 * 3600 * 1000;

async function rollBack(world: World): Promise<void> {
  if (world.upgrade === undefined || !world.decisions.happens('the next version is rolled back', 30)) return;
  Object.assign(world.upgrade, { isCoreNext: false, percent: 0 });
  await settleDown(world, ROLLED_BACK_MS);
}

export async function toTheEnd(world: World): Promise<void> {
  finishUpgrade(world);
  await settleDown(world);
  for (const one of world.types) checkEndInvariants(one);
  world.flows?.checkEnds();
}

/** Leaps of time between two steps, ms. */
const LEAPS = [0, 30, 500, 2000, 12_000, 70_000, 300_000] as const;

/** Invocations side by side, ticks early, late and twice, things that go wrong, time that passes in leaps. */
async function storm(world: World): Promise<void> {
  const { clock, decisions, subject } = world;
  const drawn = decisions.random('steps');
  const all = [...ALWAYS, ...EVENTS, ...subject.events];
  const later = sendAll(world);
  const running: Promise<unknown>[] = [];
  const [least, most] = subject.steps ?? [6, 18];
  for (let step = drawn.int(least, most), n = 1; n <= step; n++) {
    const random = decisions.random(`step ${n}`);
    const event = weighted(all, random);
    const name = `step ${n}: ${event.name}`;
    if (decisions.take(name)) {
      if (event.name !== TICK && event.name !== INVOCATION) world.trace?.('world', name);
      const happening = Promise.resolve(event.happen(oneOf(world, random), random, `step ${n}`));
      if (event.leaps) await clock.run(happening);
      else running.push(happening);
    }
    later.shift()?.();
    await clock.advance(random.pick(LEAPS));
  }
  for (const send of later) send();
  await clock.advance(30_000);
  await clock.run(Promise.all(running));
}

/** A type to which something happens: mostly one with messages to receive. */
function oneOf(world: World, random: Random): World {
  const { types } = world;
  if (types.length === 1) return world;
  const busy = types.filter(({ queue }) => queue.counts().visible > 0);
  const [first = world, ...others] = busy.length > 0 && random.percent(80) ? busy : types;
  return random.pick([first, ...others]);
}

const INVOCATION = 'an invocation';
const TICK = 'a tick';
const ALWAYS: readonly WorldEvent[] = [
  {
    name: INVOCATION,
    weight: 60,
    happen: (world, random, name) => invoke(`invocation at ${name}`, world, { batchSize: random.int(1, 10) }),
  },
  { name: TICK, weight: 18, happen: (world, _random, name) => tick(`tick at ${name}`, world) },
  {
    name: 'an invocation that finds no room',
    weight: 3,
    happen: (world, _random, name) => invoke(`invocation at ${name}`, world, { throttled: true }),
  },
];

/** Most messages are there from the start; some come while others are at work. */
function sendAll({ decisions, subject, send }: World): (() => void)[] {
  const later: (() => void)[] = [];
  for (const [i, message] of subject.messages.entries()) {
    if (!decisions.take(`message ${i + 1}: ${JSON.stringify(message)}`)) continue;
    const random = decisions.random(`message ${i + 1}`);
    if (random.percent(70)) send(message);
    else later.push(() => send(message));
    if (message.id !== undefined && random.percent(25) && decisions.take(`message ${i + 1} is sent twice`))
      send(message);
  }
  return later;
}

function weighted(events: readonly WorldEvent[], random: Random): WorldEvent {
  let luck = random.next() * events.reduce((sum, { weight }) => sum + weight, 0);
  for (const event of events) {
    luck -= event.weight;
    if (luck < 0) return event;
  }
  return ALWAYS[0] as WorldEvent;
}

/** Sends some dead letters back once all has ended. */
function redriveSome(world: World): boolean {
  const { deadLetters, decisions, subject } = world;
  let any = false;
  for (const { messageId, body } of deadLetters.messages()) {
    const random = decisions.random(`dead letter ${messageId}`);
    if (!random.percent(50) || !decisions.take(`at the end: dead letter ${messageId} is sent back`)) continue;
    const correctedBody = random.percent(50) ? subject.correct?.(body, random) : undefined;
    redrive(world, messageId, correctedBody === undefined ? {} : { correctedBody });
    any = true;
  }
  return any;
}
