import { Logger } from '@aws-lambda-powertools/logger';
import type { JobDefinition } from '../../lib/contract/definition/job-definition.ts';
import { queueSettings } from '../../lib/contract/definition/queue-settings.ts';
import { names } from '../../lib/contract/names.ts';
import { TICK_MS } from '../../lib/contract/protocol/timing.ts';
import { makeCallTime } from '../../lib/engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../lib/engine/calls/events.ts';
import { together } from '../../lib/engine/calls/sqs.ts';
import { makeWriter } from '../../lib/engine/calls/writes.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import { runBatch } from '../../lib/engine/job/batch.ts';
import { type Dispatched, dispatch } from '../../lib/engine/retries/dispatch.ts';
import { makeJobStore } from '../../lib/engine/table/job-store.ts';
import {
  type Delivery,
  type ExecutionEnvironment,
  type MemoryQueue,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  startEventSourceMapping,
  type VirtualClock,
} from '../../lib/testing/index.ts';

const STAGE = 'bench';
const TABLE = names.jobsTable(STAGE);
/** Time that the dispatcher's function has. */
const TICK_TIMEOUT_MS = 50_000;

export interface FleetOptions {
  readonly definition: JobDefinition;
  readonly clock: VirtualClock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly perform: Engine['perform'];
  /** Told of each batch at its end. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** Told of what each tick of the dispatcher did. */
  readonly onTick?: (tick: Dispatched) => void;
}

/**
 * A job type deployed in memory and in virtual time: the real consumer, as many invocations side by side as the definition
 * allows and each with a process of its own, and the real dispatcher each minute. Calls to AWS take no time.
 */
export interface Fleet {
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  readonly jobs: ReturnType<ReturnType<typeof makeMemoryDynamoDb>['table']>;
  send(id: string): void;
  /** @throws what a tick of the dispatcher threw */
  run(seconds: number): Promise<void>;
}

export function makeFleet(options: FleetOptions): Fleet {
  const { definition, clock, random, perform, onDelivery } = options;
  const aws = makeAws(options);
  const { dynamoDb, sqs, queue, deadLetters, settings } = aws;
  const basics = { clock, random, nonce: () => `owner-${Math.floor(random() * 2 ** 52)}` };
  const { client, documents } = dynamoDb;
  const makeEngine = (): Engine => {
    const callTime = makeCallTime(basics);
    return {
      ...{ definition, settings, log: silent, perform, callTime, ...basics },
      queueUrl: queue.url,
      deadLetterQueueUrl: deadLetters.url,
      store: makeJobStore(TABLE, { dynamoDb: client, documents, definition, callTime, ...basics }),
      sqs: together(sqs.client as Engine['sqs'], callTime),
      publish: makePublish({ openBus: () => makeBus(makeMemoryEvents().client), callTime }),
      meter: { count: () => undefined, milliseconds: () => undefined, flush: () => undefined },
      running: new Set(),
      shutdown: new AbortController().signal,
    };
  };
  startEventSourceMapping(queue, {
    ...{ clock, environment: makeEnvironments(makeEngine), batchSize: definition.batchSize },
    functionTimeoutSeconds: settings.functionTimeoutSeconds,
    maxConcurrency: definition.maxConcurrency,
    ...(onDelivery && { onDelivery }),
  });
  const ticks = startTicks(aws, options);
  let sent = 0;
  return {
    ...{ queue, deadLetters, jobs: dynamoDb.table(TABLE) },
    send(id) {
      queue.add({ MessageBody: JSON.stringify({ id, payload: {} }) }, `message-${++sent}`);
    },
    async run(seconds) {
      await clock.advance(seconds * 1000);
      if (ticks.failure !== undefined) throw ticks.failure;
    },
  };
}

const silent = new Logger({ logLevel: 'SILENT' });

function makeAws({ clock, definition }: FleetOptions) {
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [TABLE]: ['id'] }, keepsCalls: false });
  const sqs = makeMemorySqs(clock, { keepsCalls: false });
  const settings = queueSettings(definition);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), settings);
  const redrive = { maxReceiveCount: settings.maxReceiveCount, to: deadLetters };
  const queue = sqs.createQueue(names.queue(STAGE, definition.type), { ...settings, redrive });
  return { dynamoDb, sqs, queue, deadLetters, settings };
}

/** Processes that are warm and free are taken first, as Lambda does. */
function makeEnvironments(makeEngine: () => Engine): () => ExecutionEnvironment {
  const free: Engine[] = [];
  return () => {
    const engine = free.pop() ?? makeEngine();
    return { consumer: (event, context) => runBatch(event, context, engine).finally(() => free.push(engine)) };
  };
}

/** The first tick comes at some moment of the first minute. */
function startTicks({ dynamoDb, sqs, queue }: ReturnType<typeof makeAws>, options: FleetOptions) {
  const { clock, random, definition, onTick } = options;
  const parts = { dynamoDb: dynamoDb.client, clock, callTime: makeCallTime({ clock, random }) };
  const deps = {
    ...{ ...parts, table: TABLE, log: silent, writer: makeWriter(parts), queueName: () => queue.name },
    sqs: sqs.client as Engine['sqs'],
    queueUrls: new Map([[definition.type, queue.url]]),
  };
  const ticks: { failure?: unknown } = {};
  const tick = () => {
    clock.after(TICK_MS, tick);
    dispatch(deps, clock.now() + TICK_TIMEOUT_MS).then(onTick, (error: unknown) => {
      ticks.failure ??= error;
    });
  };
  clock.after(random() * TICK_MS, tick);
  return ticks;
}
