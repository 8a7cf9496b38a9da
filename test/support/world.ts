import { Logger } from '@aws-lambda-powertools/logger';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import { queueSettings } from '../../lib/contract/definition/queue-settings.ts';
import { names } from '../../lib/contract/names.ts';
import { itemId, type JobItem } from '../../lib/contract/protocol/job-item.ts';
import { makeCallTime } from '../../lib/engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../lib/engine/calls/events.ts';
import { together } from '../../lib/engine/calls/sqs.ts';
import { makeWriter } from '../../lib/engine/calls/writes.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import { runBatch } from '../../lib/engine/job/batch.ts';
import { holdBack } from '../../lib/engine/job/hold-back.ts';
import { onException, onRejection } from '../../lib/engine/job/left-behind.ts';
import type { JobContext } from '../../lib/engine/job-context.ts';
import { makePayloads, type PayloadSource } from '../../lib/engine/large-payloads.ts';
import { type Dispatched, dispatch } from '../../lib/engine/retries/dispatch.ts';
import { makeJobStore } from '../../lib/engine/table/job-store.ts';
import { makeMeter } from '../../lib/engine/telemetry/metrics.ts';
import {
  type BatchConsumer,
  type Delivery,
  type Disorder,
  deliver,
  type MemoryDynamoDb,
  type MemoryEvents,
  type MemoryProcess,
  type MemoryQueue,
  type MemorySqs,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeProcess,
  makeVirtualClock,
  skewed,
  type VirtualClock,
} from '../../lib/testing/index.ts';
import { envelope, type MessageOptions, outgoing } from './factories.ts';
import { captureOutput, type Output } from './output.ts';
import { defineProbe, probe, SIDE_TABLE } from './probe.ts';

export const STAGE = 'test';
export const JOBS_TABLE = names.jobsTable(STAGE);

type Perform = (payload: unknown, context: JobContext, clock: VirtualClock) => unknown;

export interface WorldOptions {
  readonly definition?: JobDefinition;
  readonly perform?: Perform;
  /** Of the queue. @default none */
  readonly disorder?: Disorder;
  readonly order?: Order;
  /** Number that core must have; where it is given, each process looks before its first batch. @default none looks */
  readonly coreNeeded?: number;
  /** @default the type's fixed one */
  readonly queueName?: string;
  /** The bucket of large payloads, and what the consumer reads it with. @default it reads no S3 */
  readonly payloads?: PayloadSource;
}

/** A job type deployed in memory: its queues, the jobs table, the consumer and the dispatcher. */
export interface World {
  readonly clock: VirtualClock;
  readonly dynamoDb: MemoryDynamoDb;
  readonly sqs: MemorySqs;
  readonly bus: MemoryEvents;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  readonly output: Output;
  readonly definition: JobDefinition;
  /** Handler starts so far: `<job id>/<attempt>`. */
  readonly starts: string[];
  /** Ends the process that is running now, as running out of memory does. */
  kill(): void;
  /** Its signal is what SIGTERM aborts. */
  readonly shutdown: AbortController;
  /** What Node reports when a promise is rejected and nobody handles it. To be called by a handler. */
  reject(reason: unknown): void;
  /** What Node reports when nothing catches an exception: the process ends. To be called by a handler. */
  crash(error: unknown): void;
  /** The next batch runs in a process that nobody shuts down. */
  restart(): void;
  /** Sends a message, a whole body or an envelope's fields, and returns its id. */
  send(body: string | object, options?: MessageOptions): string;
  /** One batch through the consumer. */
  deliver(options?: DeliverOptions): Promise<Delivery>;
  /** A process that stays warm: each call is one batch, beside those of other processes, while the clock is run. */
  worker(): () => Promise<Delivery>;
  /** Batches until nothing is visible, leaping over what is hidden for at most so many seconds. */
  drain(seconds?: number): Promise<void>;
  /** One tick of the dispatcher while the clock is run. */
  dispatch(): Promise<Dispatched>;
  /** One tick of the dispatcher, as long as it takes. */
  tick(timeoutMs?: number): Promise<Dispatched>;
  /** The item of a key. */
  job(key: string): JobItem | undefined;
  /** Changes a job's item past the engine; undefined removes an attribute. */
  alter(key: string, change: { [Name in keyof JobItem]?: JobItem[Name] | undefined }): void;
}

export interface DeliverOptions {
  readonly functionTimeoutSeconds?: number;
  readonly crash?: { readonly call: number; readonly moment: 'before' | 'after' };
  readonly batchSize?: number;
  /** Lambda has no room for it. */
  readonly throttled?: boolean;
  /** How far the process's clock is ahead. */
  readonly aheadMs?: number;
}

export function makeWorld({
  definition = defineProbe(),
  perform = probe,
  disorder,
  order,
  coreNeeded,
  queueName,
  payloads,
}: WorldOptions = {}): World {
  const output = captureOutput();
  const clock = makeVirtualClock();
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [JOBS_TABLE]: ['id'], [SIDE_TABLE]: ['id'] } });
  const sqs = makeMemorySqs(clock);
  const { queue, deadLetters } = makeQueues(sqs, definition, { disorder, order, queueName });
  const bus = makeMemoryEvents();
  const parts = { clock, dynamoDb, sqs, bus, queue, deadLetters, output, definition };
  const starts: string[] = [];
  let shutdown = new AbortController();
  const invoke = makeInvoke({ ...parts, perform, starts, coreNeeded, payloads, shutdown: () => shutdown });
  let sent = 0;
  const world: World = {
    ...{ ...parts, starts },
    get shutdown() {
      return shutdown;
    },
    reject: (reason) => invoke.reject(reason),
    crash: (error) => invoke.crash(error),
    restart() {
      shutdown = new AbortController();
    },
    kill: () => invoke.running()?.kill(),
    send(body, options) {
      const messageId = `sent-${++sent}`;
      queue.add(outgoing(typeof body === 'string' ? body : envelope(body), options), messageId);
      return messageId;
    },
    deliver: invoke.once,
    worker: invoke.worker,
    drain: (seconds = 0) => drain(world, seconds),
    dispatch: () => tick(world, 60_000),
    tick: (timeoutMs = 60_000) => clock.run(tick(world, timeoutMs)),
    job: (key) => dynamoDb.item(JOBS_TABLE, itemId(definition.type, key)),
    alter(key, change) {
      dynamoDb.put(JOBS_TABLE, { ...world.job(key), ...change });
    },
  };
  return world;
}

type Parts = Pick<World, 'clock' | 'dynamoDb' | 'sqs' | 'bus' | 'queue' | 'deadLetters' | 'definition' | 'starts'> & {
  readonly perform: Perform;
  readonly coreNeeded: number | undefined;
  readonly payloads: PayloadSource | undefined;
  readonly shutdown: () => AbortController;
};

/** The event source and the function: each batch runs in a process of its own, which may crash. */
function makeInvoke(parts: Parts) {
  const { clock, dynamoDb, sqs, bus, queue, definition } = parts;
  let nonces = 0;
  let process: MemoryProcess | undefined;
  let latest: Engine | undefined;
  const running = () => {
    if (latest === undefined) throw new TypeError('no process runs');
    return latest;
  };
  const resources = { dynamoDb: dynamoDb.client, documents: dynamoDb.documents, sqs: sqs.client, events: bus.client };
  const worker = () => {
    const engine = makeEngine(makeProcess({ ...resources, clock }), parts, () => `owner-${++nonces}`);
    latest = engine;
    const { functionTimeoutSeconds } = engine.settings;
    const consumer = consumerOf(engine, parts);
    return () => deliver(queue, { consumer, clock, batchSize: definition.batchSize, functionTimeoutSeconds });
  };
  const once = ({ functionTimeoutSeconds, crash, batchSize, throttled = false, aheadMs = 0 }: DeliverOptions = {}) => {
    process = makeProcess({ ...resources, clock: skewed(clock, aheadMs) });
    if (crash !== undefined) process.crashAt(crash.call, crash.moment);
    const engine = makeEngine(process, parts, () => `owner-${++nonces}`);
    latest = engine;
    return clock.run(
      deliver(queue, {
        consumer: consumerOf(engine, parts),
        clock,
        process,
        throttled,
        batchSize: batchSize ?? definition.batchSize,
        functionTimeoutSeconds: functionTimeoutSeconds ?? engine.settings.functionTimeoutSeconds,
      }),
    );
  };
  const reject = (reason: unknown) => onRejection(reason, running());
  const crash = (error: unknown) => {
    const dying = process;
    void onException(error, running(), () => parts.shutdown().abort()).then(() => dying?.kill());
  };
  return { once, worker, reject, crash, running: () => process };
}

const consumerOf =
  (engine: Engine, { coreNeeded }: Parts): BatchConsumer =>
  async (event, context) => {
    const looks = coreNeeded !== undefined && !engine.store.core.isNewEnough;
    return (looks && (await holdBack(event, context, engine))) || runBatch(event, context, engine);
  };

/** As `lib/engine/consumer.ts` wires it, with the in-memory AWS in the place of the real one. */
function makeEngine(
  { dynamoDb, documents, sqs, events, clock }: MemoryProcess,
  parts: Parts,
  nonce: () => string,
): Engine {
  const { definition, perform, queue, deadLetters, starts, shutdown, coreNeeded, payloads } = parts;
  const callTime = makeCallTime({ clock, random: () => 0.5 });
  const basics = { clock, random: () => 0.5, callTime, nonce };
  return {
    definition,
    perform(payload, context) {
      starts.push(`${context.job.id}/${context.job.attempts}`);
      return perform(payload, context, parts.clock);
    },
    settings: queueSettings(definition),
    queueUrl: queue.url,
    parkedUrl: queue.url.endsWith(`/${names.queue(STAGE, definition.type)}`) ? undefined : queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: makeJobStore(JOBS_TABLE, { dynamoDb, documents, definition, coreNeeded, ...basics }),
    sqs: together(sqs, callTime),
    publish: makePublish({ openBus: () => makeBus(events), ...basics }),
    ...basics,
    log: new Logger({ serviceName: `sluice-${definition.type}`, logLevel: 'DEBUG' }),
    meter: makeMeter({ stage: STAGE, jobType: definition.type }),
    payloads: payloads && Promise.resolve(makePayloads(definition, payloads)),
    running: new Set(),
    shutdown: shutdown().signal,
  };
}

async function drain({ deliver: once, queue, clock }: World, seconds: number): Promise<void> {
  const untilMs = clock.now() + seconds * 1000;
  for (;;) {
    const { outcome } = await once();
    if (outcome !== 'idle') continue;
    const next = queue.nextVisibleAtMs();
    if (next === undefined || next > untilMs) return;
    await clock.advance(next - clock.now());
  }
}

type Order = NonNullable<MemoryQueue['settings']['order']>;

function makeQueues(
  sqs: MemorySqs,
  definition: JobDefinition,
  {
    disorder,
    order,
    queueName = names.queue(STAGE, definition.type),
  }: { disorder: Disorder | undefined; order: Order | undefined; queueName: string | undefined },
) {
  const { visibilityTimeoutSeconds, retentionSeconds, maxReceiveCount } = queueSettings(definition);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: 14 * 24 * 3600,
  });
  const redrive = { maxReceiveCount, to: deadLetters };
  const settings = {
    visibilityTimeoutSeconds,
    retentionSeconds,
    redrive,
    ...(disorder && { disorder }),
    ...(order && { order }),
  };
  return { deadLetters, queue: sqs.createQueue(queueName, settings) };
}

function tick({ dynamoDb, sqs, clock }: World, timeoutMs: number): Promise<Dispatched> {
  const basics = { dynamoDb: dynamoDb.client, clock, callTime: makeCallTime({ clock, random: () => 0.5 }) };
  const deps = {
    ...basics,
    table: JOBS_TABLE,
    sqs: sqs.client,
    log: new Logger({ serviceName: 'sluice-dispatcher', logLevel: 'DEBUG' }),
    writer: makeWriter(basics),
    queueName: (type: string) => names.queue(STAGE, type),
    queueUrls: new Map<string, string>(),
  };
  return dispatch(deps, clock.now() + timeoutMs);
}
