import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDbDocuments } from '../../aws/ports.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { names } from '../../contract/names.ts';
import { makeCallTime } from '../../engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../engine/calls/events.ts';
import { together } from '../../engine/calls/sqs.ts';
import { makeWriter } from '../../engine/calls/writes.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { makeFlowPart } from '../../engine/flow/index.ts';
import type { JobContext } from '../../engine/job-context.ts';
import { dispatch } from '../../engine/retries/dispatch.ts';
import { makeJobStore } from '../../engine/table/job-store.ts';
import { type MemoryDynamoDb, makeMemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { type MemoryEvents, makeMemoryEvents } from '../aws/eventbridge.ts';
import type { MemoryProcess } from '../aws/lambda/process.ts';
import type { MemoryQueue } from '../aws/sqs/model.ts';
import { type MemorySqs, makeMemorySqs } from '../aws/sqs/sqs.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { makeStagedQueues, STAGED } from './staged.ts';

const STAGE = 'test';
export const JOBS_TABLE = names.jobsTable(STAGE);

/** A job type deployed in memory. */
export interface TestAws {
  readonly clock: VirtualClock;
  readonly dynamoDb: MemoryDynamoDb;
  readonly sqs: MemorySqs;
  readonly bus: MemoryEvents;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  /** Of the types that the job type hands on to. */
  readonly stagedQueues: readonly MemoryQueue[];
  readonly random: () => number;
  readonly log: Logger;
}

interface AwsOptions {
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** Key attributes by name. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly items: Readonly<Record<string, readonly object[]>>;
  readonly onEvent: (event: Event) => void;
}

export function makeTestAws(definition: JobDefinition, { clock, random, tables, items, onEvent }: AwsOptions): TestAws {
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { ...tables, [JOBS_TABLE]: ['id'] } });
  for (const [name, list] of Object.entries(items)) for (const item of list) dynamoDb.put(name, item);
  const sqs = makeMemorySqs(clock);
  const { visibilityTimeoutSeconds, retentionSeconds, maxReceiveCount } = queueSettings(definition);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: 14 * 24 * 3600,
  });
  const redrive = { maxReceiveCount, to: deadLetters };
  const queue = sqs.createQueue(names.queue(STAGE, definition.type), {
    visibilityTimeoutSeconds,
    retentionSeconds,
    redrive,
  });
  const bus = makeMemoryEvents();
  const stagedQueues = makeStagedQueues(definition, sqs);
  return { clock, dynamoDb, sqs, bus, queue, deadLetters, stagedQueues, random, log: new EventLogger(clock, onEvent) };
}

interface TestProcess {
  readonly aws: TestAws;
  readonly process: MemoryProcess;
  /** The process's own, or what watches it. */
  readonly documents: DynamoDbDocuments;
  readonly shutdown: AbortSignal;
}

let nonces = 0;

/** As `lib/engine/consumer.ts` wires it, with the in-memory AWS in the place of the real one. */
export function makeTestEngine(
  definition: JobDefinition,
  perform: (payload: unknown, context: JobContext) => unknown,
  { aws, process, documents, shutdown }: TestProcess,
): Engine {
  const { queue, deadLetters, random, log } = aws;
  const callTime = makeCallTime({ clock: process.clock, random });
  const basics = { clock: process.clock, random, callTime, nonce: () => `owner-${++nonces}` };
  return {
    definition,
    perform,
    settings: queueSettings(definition),
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: makeJobStore(JOBS_TABLE, { dynamoDb: process.dynamoDb, documents, definition, ...basics }),
    sqs: together(process.sqs, callTime),
    flow:
      definition.handsOn && makeFlowPart?.({ table: JOBS_TABLE, stage: STAGED, dynamoDb: process.dynamoDb, ...basics }),
    publish: makePublish({ openBus: () => makeBus(process.events), ...basics }),
    ...basics,
    log,
    meter: { count: () => undefined, milliseconds: () => undefined, flush: () => undefined },
    running: new Set(),
    shutdown,
  };
}

/** One tick of the retry dispatcher. */
export function tick({ dynamoDb, sqs, clock, random, log }: TestAws): Promise<unknown> {
  const basics = { dynamoDb: dynamoDb.client, clock, callTime: makeCallTime({ clock, random }) };
  const queueName = (type: string) => names.queue(STAGE, type);
  const deps = { ...basics, table: JOBS_TABLE, sqs: sqs.client, log, writer: makeWriter(basics), queueName };
  return dispatch({ ...deps, queueUrls: new Map() }, clock.now() + 50_000);
}

/** A line that would have been logged. */
export interface Event {
  readonly name: string;
  readonly atMs: number;
  /** Of a retry or snooze. */
  readonly delayMs?: number;
}

/** Logs nothing; reports what it would have. */
class EventLogger extends Logger {
  readonly #clock: Clock;
  readonly #onEvent: (event: Event) => void;

  constructor(clock: Clock, onEvent: (event: Event) => void, options: LoggerOptions = {}) {
    super({ ...options, logLevel: 'INFO' });
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  protected override createLogger(options?: LoggerOptions): Logger {
    return new EventLogger(this.#clock, this.#onEvent, options);
  }

  protected override printLog(_level: number, item: LogItem): void {
    const { message, delayMs } = item.getAttributes() as { message?: unknown; delayMs?: unknown };
    const delay = typeof delayMs === 'number' && { delayMs };
    this.#onEvent({ name: String(message), atMs: this.#clock.now(), ...delay });
  }
}

type LoggerOptions = ConstructorParameters<typeof Logger>[0];
type LogItem = Parameters<Logger['printLog']>[1];
