import type { JobItem } from '../../contract/protocol/job-item.ts';
import { LOOK_AHEAD_MS, TICK_MS } from '../../contract/protocol/timing.ts';
import { MAX_IN_FLIGHT } from '../aws/sqs/queue.ts';
import { firstListedMs, invoke, tick } from './lifecycle.ts';
import type { World } from './model.ts';
import { isCoreSilent } from './next-version.ts';
import { redrive } from './redrive.ts';

/** Longer than anything here needs: a watchdog's day after days of outage. */
const LONGEST_MS = 6 * 24 * 3600 * 1000;
const MOST_ROUNDS = 3000;

/**
 * No fault is drawn any more: until nothing is left to do. Messages as they become visible, a tick a minute while one is
 * needed.
 *
 * @param longestMs how long to wait; what is not at rest in six days never will be
 */
export async function settleDown(world: World, longestMs: number = LONGEST_MS): Promise<void> {
  const { clock, observer, types } = world;
  world.storm.isOn = false;
  for (const { queue } of types) queue.change({ maxInFlight: MAX_IN_FLIGHT });
  for (const { process } of types.flatMap(({ warm }) => warm)) process.crashAtMoment(0);
  const minutes = { nextMs: clock.now() + TICK_MS };
  const upAtMs = Math.max(...types.flatMap(({ down }) => Object.values(down)));
  while (clock.now() < upAtMs) if (!(await goOn(world, minutes, upAtMs))) break;
  await clock.advance(Math.max(0, upAtMs - clock.now()));
  for (const one of types) one.observer.settlingDown();
  world.flows?.settlingDown();
  const untilMs = clock.now() + longestMs;
  for (let round = 1; clock.now() < untilMs; round++) {
    if (round > MOST_ROUNDS) return observer.violate('it never comes to rest');
    for (const one of types) redriveMoved(one);
    if (!(await goOn(world, minutes, untilMs))) return;
  }
  if (longestMs === LONGEST_MS) observer.violate('it does not come to rest in six days');
}

/** An invocation if there is something to receive, else the next thing that time brings. @returns whether there was any */
async function goOn(world: World, minutes: { nextMs: number }, untilMs: number): Promise<boolean> {
  const { clock, types } = world;
  const busy = types.find(({ queue }) => queue.counts().visible > 0);
  if (busy !== undefined) {
    const of = busy === types[0] ? '' : ` of ${busy.subject.definition.type}`;
    await clock.run(invoke(`invocation${of} at ${clock.now()}`, busy));
    return true;
  }
  // Core says its number with its next tick, however far ahead the first job on its list is.
  const listedMs = isCoreSilent(world) ? 0 : firstListedMs(world);
  const neededMs = Math.floor(((listedMs ?? 0) - LOOK_AHEAD_MS) / TICK_MS) * TICK_MS;
  const tickMs = listedMs === undefined ? Number.POSITIVE_INFINITY : Math.max(minutes.nextMs, neededMs);
  const visibleAtMs = types.map(({ queue }) => queue.nextVisibleAtMs() ?? Number.POSITIVE_INFINITY);
  const nextMs = Math.min(...visibleAtMs, tickMs);
  if (nextMs === Number.POSITIVE_INFINITY) return false;
  await clock.advance(Math.max(0, Math.min(nextMs, untilMs) - clock.now()));
  if (tickMs !== nextMs || nextMs > untilMs) return true;
  minutes.nextMs = nextMs + TICK_MS;
  await clock.run(tick(`tick at ${clock.now()}`, world));
  return true;
}

/**
 * What SQS itself moved to the dead-letter queue, as no consumer could start, is sent back by the operator: also a dead letter
 * that the console had sent back, which still says why its job died in the run before.
 */
function redriveMoved(world: World): void {
  for (const { messageId, attributes } of world.deadLetters.messages()) {
    const run = Number(attributes.run?.StringValue);
    const item = world.observer.byJobId(attributes.jobId?.StringValue ?? '')?.item;
    const isOpen = ['SCHEDULED', 'INPROGRESS', 'RETRYING'].includes(item?.status ?? '') || item?.undelivered === true;
    const goesOn = item !== undefined && item.runNo === run + 1 && (isOpen || mayOwe(item, world));
    if (attributes.reason === undefined || goesOn) redrive(world, messageId);
  }
}

/** What follows from a job's end, its place in a flow or its event, may not have been sent: nothing but its message tells. */
const mayOwe = ({ status }: JobItem, { flows, subject }: World): boolean =>
  status === 'EXPIRED' ||
  (flows !== undefined && (status === 'COMPLETED' || status === 'CANCELLED')) ||
  (status === 'COMPLETED' && subject.definition.completionEvent);
