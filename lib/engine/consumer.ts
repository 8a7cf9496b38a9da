import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { makeDynamoDbClient, makeSqs } from '../aws/clients.ts';
import { makeDocuments } from '../aws/documents.ts';
import { openConnection } from '../aws/warm-connection.ts';
import type { JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import { queueSettings } from '../contract/definition/queue-settings.ts';
import { ENV } from '../contract/names.ts';
import { defaultBus, makePublish } from './calls/events.ts';
import { together } from './calls/sqs.ts';
import { systemClock } from './clock.ts';
import type { Engine } from './engine.ts';
import { refuseDisabledIdempotency, required } from './environment.ts';
import { runBatch } from './job/batch.ts';
import type { JobContext, Perform } from './job-context.ts';
import { onShutdown } from './shutdown.ts';
import { makeJobStore } from './table/job-store.ts';
import { makeLogger } from './telemetry/logger.ts';
import { makeMeter } from './telemetry/metrics.ts';
import { openTracing } from './telemetry/tracing.ts';

/** A Lambda entry point for an SQS event source with `ReportBatchItemFailures`. */
export type Consumer = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/**
 * Makes the Lambda handler of a job type. The environment (`SLUICE_JOBS_TABLE`, `SLUICE_QUEUE_URL`, `SLUICE_DLQ_URL`)
 * is read at the first invocation.
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
  const dynamoDb = makeDynamoDbClient();
  // A traced function opens none here: X-Ray logs an error for each request outside of an invocation.
  if (tracing === undefined) openConnection(dynamoDb);
  return (event, context) => {
    engine ??= { ...makeEngine(definition, perform, { dynamoDb, shutdown: shutdown.signal }), tracing };
    return shutdown.track(runBatch(event, context, engine));
  };
}

/** What is made while the function starts. */
interface Started {
  readonly dynamoDb: DynamoDBClient;
  readonly shutdown: AbortSignal;
}

function makeEngine<D extends JobDefinition>(
  definition: D,
  perform: Perform<D>,
  { dynamoDb, shutdown }: Started,
): Engine {
  refuseDisabledIdempotency();
  const basics = { clock: systemClock, random: Math.random, nonce: randomUUID };
  const documents = makeDocuments(dynamoDb);
  return {
    definition,
    // The handler is called only with a payload that has passed the definition's schema: here it gets its type back.
    perform: (payload, context) => perform(payload as Payload<D>, context as JobContext<Payload<D>>),
    settings: queueSettings(definition),
    queueUrl: required(ENV.queueUrl),
    deadLetterQueueUrl: required(ENV.deadLetterQueueUrl),
    store: makeJobStore(required(ENV.jobsTable), { dynamoDb, documents, definition, ...basics }),
    sqs: together(makeSqs()),
    publish: makePublish({ openBus: defaultBus, ...basics }),
    ...basics,
    log: makeLogger(`sluice-${definition.type}`),
    meter: makeMeter(definition.type),
    shutdown,
  };
}
