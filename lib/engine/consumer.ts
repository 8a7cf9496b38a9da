import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { makeDynamoDbClient, makeSqs } from '../aws/clients.ts';
import { makeDocuments } from '../aws/documents.ts';
import { openConnection } from '../aws/warm-connection.ts';
import type { JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import { queueSettings } from '../contract/definition/queue-settings.ts';
import { ENV } from '../contract/names.ts';
import { type CallTime, makeCallTime } from './calls/call-time.ts';
import { defaultBus, makePublish } from './calls/events.ts';
import { together } from './calls/sqs.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Engine } from './engine.ts';
import { refuseDisabledIdempotency, required } from './environment.ts';
import { makeFlowPart } from './flow/index.ts';
import { runBatch } from './job/batch.ts';
import { holdBack } from './job/hold-back.ts';
import { onException, onRejection } from './job/left-behind.ts';
import type { JobContext, Perform } from './job-context.ts';
import { openPayloads } from './open-payloads.ts';
import { onShutdown, type Shutdown } from './shutdown.ts';
import { makeJobStore } from './table/job-store.ts';
import { makeLogger } from './telemetry/logger.ts';
import { makeMeter } from './telemetry/metrics.ts';
import { isByXray, openTracing } from './telemetry/tracing.ts';
import { makeUnderWay } from './under-way.ts';

/** A Lambda entry point for an SQS event source with `ReportBatchItemFailures`. */
export type Consumer = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * Makes the Lambda handler of a job type. The environment (`SLUICE_JOBS_TABLE`, `SLUICE_QUEUE_URL`, `SLUICE_DLQ_URL`,
 * `SLUICE_STAGE`) is read at the first invocation.
 *
 * @param perform the user's work
 * @throws ConfigurationError at the first invocation if a variable is missing or Powertools' idempotency is disabled
 * @example export const handler = consumer(resizeImage, perform);
 */
export function consumer<D extends JobDefinition>(definition: D, perform: Perform<D>): Consumer {
  let engine: Engine | undefined;
  const shutdown = onShutdown();
  // Loaded while the function starts, so that no job waits for it.
  const tracing = openTracing(definition.type);
  const payloads = openPayloads(definition);
  const basics = { clock: systemClock, random: Math.random };
  const callTime = makeCallTime(basics);
  const dynamoDb = makeDynamoDbClient(callTime.signal);
  // Where X-Ray traces none is opened here: it logs an error for each request outside of an invocation.
  if (!isByXray) openConnection(dynamoDb);
  return (event, context) => {
    if (engine === undefined) {
      const started = { ...basics, dynamoDb, callTime, shutdown: shutdown.signal };
      engine = { ...makeEngine(definition, perform, started), tracing, payloads };
      watchProcess(engine, shutdown);
    }
    const run = engine.store.core.isNewEnough ? runBatch : runFirst;
    return shutdown.track(run(event, context, engine));
  };
}

/** A batch before which it is not known whether core is new enough. */
const runFirst: typeof runBatch = async (event, context, engine) =>
  (await holdBack(event, context, engine)) ?? runBatch(event, context, engine);

/**
 * From the first invocation on, what a job leaves behind ends no other job's attempt. Before it, a rejection or an exception
 * ends the process, as Node has it: a function that did not start well must not run jobs.
 */
function watchProcess(engine: Engine, shutdown: Shutdown): void {
  process.on('unhandledRejection', (reason) => onRejection(reason, engine));
  process.on('uncaughtException', (error) => {
    void onException(error, engine, shutdown.abort).then(() => process.exit(1));
  });
}

/** What is made while the function starts. */
interface Started {
  readonly clock: Clock;
  readonly random: () => number;
  readonly dynamoDb: DynamoDBClient;
  readonly callTime: CallTime;
  readonly shutdown: AbortSignal;
}

function makeEngine<D extends JobDefinition>(
  definition: D,
  perform: Perform<D>,
  { dynamoDb, shutdown, ...started }: Started,
): Engine {
  refuseDisabledIdempotency();
  const basics = { ...started, nonce: randomUUID };
  const { callTime } = basics;
  const table = required(ENV.jobsTable);
  const stage = required(ENV.stage);
  const documents = makeDocuments(dynamoDb);
  return {
    definition,
    // The handler is called only with a payload that has passed the definition's schema: here it gets its type back.
    perform: (payload, context) => perform(payload as Payload<D>, context as JobContext<Payload<D>>),
    settings: queueSettings(definition),
    queueUrl: required(ENV.queueUrl),
    parkedUrl: process.env[ENV.parkedUrl],
    deadLetterQueueUrl: required(ENV.deadLetterQueueUrl),
    store: makeJobStore(table, { dynamoDb, documents, definition, ...basics }),
    sqs: together(makeSqs(callTime.signal), callTime),
    flow: definition.handsOn && makeFlowPart?.({ table, stage, dynamoDb, ...basics }),
    publish: makePublish({ openBus: () => defaultBus(callTime.signal), callTime }),
    ...basics,
    log: makeLogger(`sluice-${definition.type}`),
    meter: makeMeter({ stage, jobType: definition.type }),
    running: makeUnderWay(),
    shutdown,
  };
}
