import { randomUUID } from 'node:crypto';
import type { ProducerSqs } from '../aws/producer-ports.ts';
import { lazyScheduler } from '../aws/scheduler.ts';
import { makeOwnSqs } from '../aws/sqs-client.ts';
import { stageOf } from '../aws/stage-of.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { RetiredTypeError } from '../producer/errors.ts';
import { oneRequestEach } from '../producer/producer.ts';
import { makeFindQueue } from '../producer/queues.ts';
import { sendOne } from '../producer/send-one.ts';
import { checkedLimits } from '../producer/tries.ts';
import { backfill, checkedTime } from './backfill.ts';
import { emulatedAt, refuseEmulated } from './emulator.ts';
import { ScheduleError } from './errors.ts';
import { checkTiming, type Timing, ticksAfter } from './expression.ts';
import { bodyOf, extraId, inputOf } from './message.ts';
import { checkKnown, checkName, type TypeOf, typeOf } from './names.ts';
import { placeOf, type ScheduleSqs } from './place.ts';
import { asInput, descriptionOf, infoOf, missedTicks, pausedAt, timingOf } from './record.ts';
import { type Named, type ScheduleStore, storeOf } from './store.ts';
import type { ScheduleOptions, Schedules, SchedulesOptions } from './types.ts';

/** Why the jobs of ticks that ran run again. */
const CAUTION = 'on an emulator a tick has no time, so that a job of one that ran here has another id, and runs again';

/** What all calls of one stage share. */
interface Desk {
  readonly stage: string;
  readonly store: ScheduleStore;
  /** As it was given. */
  readonly queues: ScheduleSqs;
  /** The same; its SDK repeats nothing. */
  readonly sqs: ProducerSqs;
  readonly findQueue: (type: string) => Promise<string>;
  readonly limits: ReturnType<typeof checkedLimits>;
  readonly endpoint: string | undefined;
  readonly now: () => number;
}

/** Schedules of one stage. The stage is looked up at the first call. */
export function createSchedules(options: SchedulesOptions = {}): Schedules {
  let made: Desk | undefined;
  const desk = () => {
    made ??= makeDesk(options);
    return made;
  };
  const named = (type: TypeOf, name: string): Named => ({ type: typeOf(type), name });
  return {
    put: async (definition, name, given) => put(desk(), definition, { name, ...given }),
    async list(type) {
      const { store, now } = desk();
      const all = await store.all(type === undefined ? undefined : typeOf(type));
      return all.map(([one, stored]) => infoOf(stored, one, now()));
    },
    pause: async (type, name) => pause(desk(), named(type, name)),
    resume: async (type, name) => resume(desk(), named(type, name)),
    delete: async (type, name) => desk().store.remove(named(type, name)),
    async runNow(type, name) {
      const { store, sqs, findQueue, limits, now } = desk();
      const one = named(type, name);
      const { Target } = await store.get(one);
      const id = extraId(name, randomUUID());
      const MessageBody = bodyOf(Target?.Input ?? '', { id, type: one.type, nowMs: now() });
      const job = { jobId: id, givenKey: id, bytes: Buffer.byteLength(MessageBody), message: { MessageBody } };
      return sendOne(job, { sqs, queueUrl: await findQueue(one.type), limits, payloads: undefined });
    },
    async backfill(type, name, given) {
      const { store, sqs, findQueue, limits, endpoint, now } = desk();
      const one = named(type, name);
      const stored = await store.get(one);
      const target = { ...one, stored, sqs, limits, findQueue: () => findQueue(one.type), nowMs: now() };
      const filled = await backfill(target, given);
      return (await emulatedAt(endpoint)) === undefined ? filled : { ...filled, caution: CAUTION };
    },
  };
}

function makeDesk({ stage: given, app, scheduler, sqs, endpoint, now = Date.now }: SchedulesOptions): Desk {
  const stage = stageOf({ stage: given, app });
  const limits = checkedLimits({});
  const calls = sqs === undefined ? makeOwnSqs() : oneRequestEach(sqs);
  return {
    stage,
    store: storeOf(scheduler ?? lazyScheduler(), stage),
    queues: sqs ?? (calls as ScheduleSqs),
    sqs: calls,
    findQueue: makeFindQueue({ stage: given, app, queueUrls: {}, sqs: () => calls, limits }),
    limits,
    endpoint: endpoint ?? (process.env.AWS_ENDPOINT_URL_SCHEDULER || process.env.AWS_ENDPOINT_URL),
    now,
  };
}

type PutOptions = ScheduleOptions & { readonly name: string };

async function put(desk: Desk, definition: JobDefinition, { name, ...options }: PutOptions) {
  const { stage, store, now } = desk;
  checkDefinition(definition);
  const { type } = definition;
  checkName(type, name);
  checkKnown(options);
  const { payload, maxAttempts } = options;
  const timing = timingGiven(options);
  checkTiming(timing, now());
  const emulated = await emulatedAt(desk.endpoint);
  refuseEmulated(emulated, timing);
  const input = await inputOf(
    definition,
    { name, payload, maxAttempts },
    { hasTimes: emulated === undefined, nowMs: now() },
  );
  const place = await placeOf(desk.queues, stage, await desk.findQueue(type));
  const stored = (pausedAtMs: number | undefined) => ({
    Description: descriptionOf(stage, { type, name, pausedAtMs }),
    ScheduleExpression: timing.expression,
    ScheduleExpressionTimezone: timing.timeZone,
    State: pausedAtMs === undefined ? ('ENABLED' as const) : ('DISABLED' as const),
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    // What never fires again is in the way of those that do: an account has a million at most.
    ActionAfterCompletion: endsItself(timing) ? ('DELETE' as const) : ('NONE' as const),
    ...(timing.untilMs !== undefined && { EndDate: new Date(timing.untilMs) }),
    Target: {
      ...{ Arn: place.queueArn, RoleArn: place.roleArn, Input: input },
      DeadLetterConfig: { Arn: place.deadLetterQueueArn },
    },
  });
  const before = await store.find({ type, name });
  const created = before === undefined && (await store.create({ type, name }, stored(undefined)));
  const pausedAtMs = before === undefined ? undefined : pausedAt(before);
  if (!created) await store.update({ type, name }, stored(pausedAtMs));
  return { ...infoOf(stored(pausedAtMs), { type, name }, now()), created };
}

const endsItself = ({ expression, untilMs }: Timing): boolean => untilMs !== undefined || expression.startsWith('at(');

function timingGiven({ expression, timeZone = 'UTC', until }: ScheduleOptions): Timing {
  if (typeof expression !== 'string') throw new ScheduleError('expression must be text, as cron(0 7 * * ? *)');
  if (typeof timeZone !== 'string') throw new ScheduleError('timeZone must be text, as "Europe/Berlin"');
  return { expression, timeZone, untilMs: until === undefined ? undefined : checkedTime('until', until) };
}

function checkDefinition(definition: JobDefinition): void {
  if (typeof definition !== 'object' || typeof definition.payload !== 'object') {
    throw new ScheduleError('put needs the job definition: its schema checks the payload');
  }
  if (definition.retired) throw new RetiredTypeError(definition.type);
  if (definition.accept === undefined) return;
  throw new ScheduleError(
    `${definition.type} has accept, and EventBridge cannot mark its messages as jobs: schedule a type of its own`,
  );
}

async function pause({ stage, store, now }: Desk, named: Named) {
  const stored = await store.get(named);
  const sinceMs = pausedAt(stored);
  if (sinceMs !== undefined) return infoOf(stored, named, now());
  const Description = descriptionOf(stage, { ...named, pausedAtMs: now() });
  const paused = { ...asInput(stored), State: 'DISABLED' as const, Description };
  await store.update(named, paused);
  return infoOf(paused, named, now());
}

async function resume({ stage, store, now }: Desk, named: Named) {
  const stored = await store.get(named);
  const [sinceMs, timing] = [pausedAt(stored), timingOf(stored)];
  if (sinceMs === undefined) return infoOf(stored, named, now());
  if (timing.expression.startsWith('at(') && ticksAfter(timing, now()).next().done === true) {
    throw new ScheduleError(`the time of ${timing.expression} has passed: run it now, or delete it`);
  }
  const running = { ...asInput(stored), State: 'ENABLED' as const, Description: descriptionOf(stage, named) };
  await store.update(named, running);
  return { ...infoOf(running, named, now()), missed: missedTicks(timing, sinceMs, now()) };
}
