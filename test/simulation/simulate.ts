import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { JobItem } from '../../lib/contract/job-item.ts';
import { METRICS } from '../../lib/contract/names.ts';
import { BEHAVIOURS, type Behaviour, EFFECTS, INNOCENT } from './handler.ts';
import { makeRandom, type Random } from './random.ts';
import { makeSimulation, type Simulation } from './world.ts';

const MINUTE_MS = 60_000;
/** Longer than any schedule here needs, the queue's retention of a week included. */
const LONGEST_MS = 6 * 24 * 3600 * 1000;

interface Sent {
  readonly jobId: string;
  readonly behaviour: Behaviour;
}

/** Runs one schedule: a storm of faults, calm until all has ended, a redrive, calm again. @returns what broke a promise */
export async function simulate(seed: number): Promise<string[]> {
  const random = makeRandom(seed);
  const world = makeSimulation(random);
  const sent = send(world, random);
  await storm(world, random);
  world.network.stormy = false;
  await calm(world);
  check(world, sent, 1);
  if (redrive(world, random)) {
    await calm(world);
    check(world, sent, 2);
  }
  return world.witness.violations.map((violation) => `seed ${seed}: ${violation}`);
}

function send({ queue, witness, clock }: Simulation, random: Random): Sent[] {
  let messages = 0;
  return Array.from({ length: random.int(1, 4) }, (_, n) => {
    const jobId = `j${n}`;
    const behaviour = random.pick(BEHAVIOURS);
    const seconds = random.pick([0, 1, 8, 20, 90, 700]);
    const runAt = random.percent(20)
      ? { runAt: new Date(clock.now() + random.pick([1, 30, 100, 5000]) * 1000).toISOString() }
      : {};
    const MessageBody = JSON.stringify({ id: jobId, payload: { do: behaviour, seconds, mark: jobId }, ...runAt });
    const copies = random.percent(30) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) queue.add({ MessageBody, MessageAttributes: {} }, `m${++messages}`);
    witness.watch(jobId);
    return { jobId, behaviour };
  });
}

/** Invocations side by side, ticks early, late and twice, time that passes in leaps. */
async function storm({ clock, queue, invoke, tick }: Simulation, random: Random): Promise<void> {
  const running: Promise<void>[] = [];
  for (let step = random.int(4, 14); step > 0; step--) {
    const what = random.int(1, 10);
    if (what <= 6) running.push(invoke(random.int(1, 10)));
    else if (what <= 8) running.push(tick());
    else again(queue, random);
    await clock.advance(random.pick([0, 30, 500, 2000, 12_000, 70_000, 300_000]));
  }
  await clock.advance(30_000);
  await clock.run(Promise.all(running));
}

/** SQS delivers at least once: a message that somebody holds, or that is delayed, is there again. */
function again(queue: Simulation['queue'], random: Random): void {
  const [first, ...others] = queue.messages();
  if (first === undefined) return;
  queue.changeVisibility(`${queue.name}/${random.pick([first, ...others]).messageId}/0`, 0);
}

/** Until nothing is left to do: messages as they become visible, a tick a minute while something is parked. */
async function calm({ clock, queue, dynamoDb, invoke, tick, witness }: Simulation): Promise<void> {
  const untilMs = clock.now() + LONGEST_MS;
  let nextTickMs = clock.now() + MINUTE_MS;
  for (let rounds = 0; clock.now() < untilMs; rounds++) {
    if (queue.messages().some(({ visibleAtMs }) => visibleAtMs <= clock.now())) {
      await clock.run(invoke(10));
      continue;
    }
    const parked = dynamoDb
      .table('sluice-sim-jobs')
      .items()
      .flatMap(({ listKey, listAt }) => (listKey?.S?.startsWith('due#') ? [Number(listAt?.N)] : []));
    const firstTickMs =
      parked.length === 0
        ? undefined
        : Math.max(nextTickMs, Math.floor((Math.min(...parked) - 90_000) / MINUTE_MS) * MINUTE_MS);
    const nextMs = Math.min(
      queue.nextVisibleAtMs() ?? Number.POSITIVE_INFINITY,
      firstTickMs ?? Number.POSITIVE_INFINITY,
    );
    if (nextMs === Number.POSITIVE_INFINITY) return;
    if (rounds > 2000) return witness.violate('it never comes to rest');
    await clock.advance(Math.max(0, nextMs - clock.now()));
    if (firstTickMs === nextMs) {
      nextTickMs = nextMs + MINUTE_MS;
      await clock.run(tick());
    }
  }
  witness.violate('it does not come to rest in six days');
}

/** Sends some dead letters back, as the console's custom destination does: body and attributes as they are. */
function redrive({ deadLetters, queue }: Simulation, random: Random): boolean {
  const letters = deadLetters.messages().filter(() => random.percent(50));
  for (const { body, attributes, messageId } of letters) {
    queue.add({ MessageBody: body, MessageAttributes: attributes }, `redriven-${messageId}`);
  }
  return letters.length > 0;
}

function check(world: Simulation, sent: readonly Sent[], round: number): void {
  const { witness, item } = world;
  for (const one of sent) {
    const found = item(one.jobId);
    if (found === undefined) {
      witness.violate(`${one.jobId} (${one.behaviour}) was lost in round ${round}`);
      continue;
    }
    checkEnd(world, one, found);
    checkEffects(world, one, found);
  }
  checkLetters(world);
  const completed = sent.filter(({ jobId }) => item(jobId)?.status === 'COMPLETED').length;
  if ((witness.counts.get(METRICS.completed) ?? 0) > completed)
    witness.violate('more jobs counted as completed than are');
}

function checkEnd({ witness, deadLetters }: Simulation, { jobId, behaviour }: Sent, found: JobItem): void {
  const { status, attempts, maxAttempts, runNo, snoozes, undelivered, reason } = found;
  if (!['COMPLETED', 'DEAD', 'CANCELLED'].includes(status)) witness.violate(`${jobId} (${behaviour}) stays ${status}`);
  if (attempts > maxAttempts) witness.violate(`${jobId} took ${attempts} attempts of ${maxAttempts}`);
  const starts = witness.starts(jobId, runNo);
  if (starts > attempts + snoozes)
    witness.violate(`${jobId} started ${starts} times, in ${attempts} attempts and ${snoozes} snoozes`);
  if (status === 'DEAD' && INNOCENT.includes(behaviour))
    witness.violate(`${jobId} (${behaviour}) died innocent: ${reason}`);
  if (status !== 'DEAD') return;
  if (undelivered) witness.violate(`${jobId} is dead and undelivered`);
  const letter = deadLetters
    .messages()
    .some(
      ({ attributes }) =>
        text(attributes, 'jobId') === jobId &&
        text(attributes, 'run') === String(runNo) &&
        text(attributes, 'reason') === reason,
    );
  if (!letter) witness.violate(`${jobId} is dead in run ${runNo} without a letter`);
}

function checkEffects({ witness, dynamoDb }: Simulation, { jobId, behaviour }: Sent, { status }: JobItem): void {
  const times = (effect: string) =>
    (dynamoDb.item(EFFECTS, `${jobId}/${effect}`) as { times?: number } | undefined)?.times ?? 0;
  const expected = status === 'COMPLETED' ? 1 : 0;
  if (['commit', 'flaky', 'snooze'].includes(behaviour) && times('commit') !== expected) {
    witness.violate(`${jobId} is ${status}, its commit happened ${times('commit')} times`);
  }
  if (behaviour === 'pages' && status === 'COMPLETED') {
    for (const page of [1, 2, 3]) {
      if (times(`page-${page}`) !== 1)
        witness.violate(`page ${page} of ${jobId} happened ${times(`page-${page}`)} times`);
    }
  }
  if (times('zombie') > 0) witness.violate(`${jobId} was written by an attempt that had ended`);
}

/** Each letter of ours belongs to a job that died in that run. */
function checkLetters({ witness, deadLetters, item }: Simulation): void {
  for (const { attributes } of deadLetters.messages()) {
    const jobId = text(attributes, 'jobId');
    const run = Number(text(attributes, 'run'));
    if (jobId === undefined || text(attributes, 'reason') === undefined) continue;
    const { status, runNo = 0 } = item(jobId) ?? {};
    if (run > runNo || (run === runNo && status !== 'DEAD'))
      witness.violate(`a letter of ${jobId}, run ${run}, that is ${status} in run ${runNo}`);
  }
}

const text = (attributes: Record<string, MessageAttributeValue>, name: string) => attributes[name]?.StringValue;
