import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** The obvious stack, as Powertools' documentation puts it together; what Sluice is measured against. */
const logger = new Logger({ serviceName: 'stock' });
const metrics = new Metrics({ namespace: 'Stock', serviceName: 'stock' });
const processor = new BatchProcessor(EventType.SQS);
const sqs = new SQSClient({});
const config = new IdempotencyConfig({ eventKeyJmesPath: 'id' });

interface Job {
  readonly id: string;
  readonly payload: { readonly ms?: number; readonly do?: string };
}

const processJob = makeIdempotent(
  async ({ id, payload: { ms = 0, do: end } }: Job) => {
    logger.info('job.started', { jobId: id });
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    if (end === 'die') {
      const QueueUrl = process.env.SLUICE_DLQ_URL;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id }) }));
    }
    metrics.addMetric('JobsCompleted', MetricUnit.Count, 1);
    logger.info('job.completed', { jobId: id });
    return { done: true };
  },
  { persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env.SLUICE_JOBS_TABLE ?? '' }), config },
);

async function processRecord({ body }: SQSRecord): Promise<void> {
  await processJob(JSON.parse(body) as Job);
}

export async function handler(event: SQSEvent, context: Context) {
  config.registerLambdaContext(context);
  const response = await processPartialResponse(event, processRecord, processor, { context });
  metrics.publishStoredMetrics();
  return response;
}
