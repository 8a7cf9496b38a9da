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
import { makeFlowPart } from '../../lib/engine/flow/index.ts';
import type { Tellers } from '../../lib/engine/flow/tell.ts';
import { runBatch } from '../../lib/engine/job/batch.ts';
import type { JobContext } from '../../lib/engine/job-context.ts';
import { dispatch } from '../../lib/engine/retries/dispatch.ts';
import { makeJobStore } from '../../lib/engine/table/job-store.ts';
import { makeMeter } from '../../lib/engine/telemetry/metrics.ts';
import {
  deliver,
  type MemoryProcess,
  type MemoryQueue,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeProcess,
  makeVirtualClock,
} from '../../lib/testing/index.ts';
import { outgoing } from './factories.ts';
import { captureOutput } from './output.ts';
import { SIDE_TABLE } from './probe.ts';
import { JOBS_TABLE, STAGE } from './world.ts';

/** A job type of a flow, and what its jobs do. */
export interface FlowType {
  readonly definition: JobDefinition;
  readonly perform: (payload: never, context: JobContext) => unknown;
}

/** Several job types deployed in memory, in one table. */
export type FlowWorld = ReturnType<typeof makeFlowWorld>;

interface Deployed extends FlowType {
  /** JSON of the queues that do not have the fixed name. */
  readonly queuesElsewhere: string;
  readonly tellers: Tellers;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
}

interface Crash {
  readonly call: number;
  readonly moment: 'before' | 'after';
}

/**
 * @param elsewhere  names of queues that do not have the fixed one, by type
 * @param tellers    who waits for the ends of chains. @default nobody
 */
export function makeFlowWorld(
  types: readonly FlowType[],
  elsewhere: Readonly<Record<string, string>> = {},
  tellers: Tellers = { stepFunctions: undefined, durableFunctions: undefined },
) {
  const output = captureOutput();
  const clock = makeVirtualClock();
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [JOBS_TABLE]: ['id'], [SIDE_TABLE]: ['id'] } });
  const sqs = makeMemorySqs(clock);
  const bus = makeMemoryEvents();
  const deployed = new Map<string, Deployed>();
  const queuesElsewhere = JSON.stringify(elsewhere);
  for (const type of types) {
    const name = elsewhere[type.definition.type] ?? names.queue(STAGE, type.definition.type);
    deployed.set(type.definition.type, {
      ...type,
      queuesElsewhere,
      tellers,
      ...makeQueues(sqs, type.definition, name),
    });
  }
  const starts: string[] = [];
  let nonces = 0;
  const parts = { starts, nonce: () => `owner-${++nonces}` };
  const of = (type: string): Deployed => {
    const found = deployed.get(type);
    if (found === undefined) throw new TypeError(`no type ${type}`);
    return found;
  };
  /** One batch of one type. */
  const once = (type: string, crash?: Crash) => {
    const process = makeProcess({
      ...{ dynamoDb: dynamoDb.client, documents: dynamoDb.documents, sqs: sqs.client, events: bus.client, clock },
    });
    if (crash !== undefined) process.crashAt(crash.call, crash.moment);
    const engine = makeEngine(of(type), process, parts);
    const { functionTimeoutSeconds } = engine.settings;
    const consumer = (...given: [Parameters<typeof runBatch>[0], Parameters<typeof runBatch>[1]]) =>
      runBatch(...given, engine);
    const { queue, definition } = of(type);
    const { batchSize } = definition;
    return clock.run(deliver(queue, { consumer, clock, process, batchSize, functionTimeoutSeconds }));
  };
  const tick = () => {
    const basics = { dynamoDb: dynamoDb.client, clock, callTime: makeCallTime({ clock, random: () => 0.5 }) };
    const log = new Logger({ serviceName: 'sluice-dispatcher', logLevel: 'DEBUG' });
    const queueName = (type: string) => names.queue(STAGE, type);
    const deps = { ...basics, table: JOBS_TABLE, sqs: sqs.client, log, writer: makeWriter(basics), queueName };
    return clock.run(dispatch({ ...deps, queueUrls: new Map() }, clock.now() + 60_000));
  };
  /** Batches of every type until nothing is visible, leaping over what is hidden for at most so many seconds. */
  const drain = async (seconds = 0) => {
    const untilMs = clock.now() + seconds * 1000;
    for (;;) {
      let isIdle = true;
      for (const type of deployed.keys()) {
        const { outcome } = await once(type);
        if (outcome !== 'idle') isIdle = false;
      }
      if (!isIdle) continue;
      const times = [...deployed.values()].map(({ queue }) => queue.nextVisibleAtMs() ?? Number.POSITIVE_INFINITY);
      const next = Math.min(...times);
      if (next > untilMs) return;
      await clock.advance(Math.max(0, next - clock.now()));
    }
  };
  let sent = 0;
  return {
    ...{ output, clock, dynamoDb, sqs, bus, starts, once, tick, drain, of },
    send(type: string, body: object, options: Parameters<typeof outgoing>[1] = {}) {
      of(type).queue.add(outgoing(JSON.stringify(body), options), `sent-${++sent}`);
    },
    job: (type: string, key: string): JobItem | undefined => dynamoDb.item(JOBS_TABLE, itemId(type, key)),
    items: (): JobItem[] =>
      dynamoDb
        .table(JOBS_TABLE)
        .items()
        .flatMap(({ id }) => dynamoDb.item(JOBS_TABLE, id?.S ?? '') ?? []),
    alter(type: string, key: string, change: { [Name in keyof JobItem]?: JobItem[Name] | undefined }) {
      dynamoDb.put(JOBS_TABLE, { ...dynamoDb.item(JOBS_TABLE, itemId(type, key)), ...change });
    },
  };
}

function makeQueues(sqs: ReturnType<typeof makeMemorySqs>, definition: JobDefinition, name: string) {
  const { visibilityTimeoutSeconds, retentionSeconds, maxReceiveCount } = queueSettings(definition);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: 14 * 24 * 3600,
  });
  const redrive = { maxReceiveCount, to: deadLetters };
  const settings = { visibilityTimeoutSeconds, retentionSeconds, redrive };
  return { deadLetters, queue: sqs.createQueue(name, settings) };
}

/** As `lib/engine/consumer.ts` wires it, with the in-memory AWS in the place of the real one. */
function makeEngine(
  { definition, perform, queue, deadLetters, queuesElsewhere, tellers }: Deployed,
  { dynamoDb, documents, sqs, events, clock }: MemoryProcess,
  { starts, nonce }: { readonly starts: string[]; readonly nonce: () => string },
): Engine {
  const callTime = makeCallTime({ clock, random: () => 0.5 });
  const basics = { clock, random: () => 0.5, callTime, nonce };
  return {
    definition,
    perform(payload, context) {
      starts.push(`${definition.type} ${context.job.key}/${context.job.attempts}`);
      return perform(payload as never, context);
    },
    settings: queueSettings(definition),
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: makeJobStore(JOBS_TABLE, { dynamoDb, documents, definition, ...basics }),
    sqs: together(sqs, callTime),
    flow:
      definition.handsOn &&
      makeFlowPart?.({ table: JOBS_TABLE, stage: STAGE, queuesElsewhere, tellers, dynamoDb, ...basics }),
    publish: makePublish({ openBus: () => makeBus(events), ...basics }),
    ...basics,
    log: new Logger({ serviceName: `sluice-${definition.type}`, logLevel: 'DEBUG' }),
    meter: makeMeter({ stage: STAGE, jobType: definition.type }),
    running: new Set(),
    shutdown: new AbortController().signal,
  };
}
