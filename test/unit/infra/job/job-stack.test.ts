import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { queueSettings } from '../../../../lib/contract/definition/queue-settings.ts';
import { DEFINITIONS, jobs, makeApp, synthesize } from '../support/fixture.ts';
import { arn, arnOf, asText, ofType, one, statementsOf } from '../support/template.ts';

const stacks = synthesize(makeApp({ context: { stage: 'prod' } }));

function partsOf(type: string) {
  const resources = stacks[type]?.resources ?? [];
  return {
    resources,
    queue: one(resources, 'AWS::SQS::Queue', { QueueName: `sluice-prod-${type}` }),
    deadLetters: one(resources, 'AWS::SQS::Queue', { QueueName: `sluice-prod-${type}-dlq` }),
    consumer: one(resources, 'AWS::Lambda::Function', { FunctionName: `sluice-prod-${type}` }),
    eventSource: one(resources, 'AWS::Lambda::EventSourceMapping'),
  };
}

test('a type that OpenTelemetry traces needs nothing of X-Ray', () => {
  const definition = defineJob({ type: 'spans', payload: z.unknown(), tracing: 'otel' });
  const { spans } = synthesize(makeApp({ jobs: [{ definition, entry: jobs[0]?.entry ?? '' }] }));
  const { properties } = one(spans?.resources ?? [], 'AWS::Lambda::Function');
  expect(properties).not.toHaveProperty('TracingConfig');
  expect(properties.Environment).toMatchObject({ Variables: { SLUICE_TRACING: 'otel' } });
  expect(JSON.stringify(spans?.resources)).not.toContain('xray:');
});

describe.each(DEFINITIONS)('$type', (definition) => {
  const { type } = definition;
  const { resources, queue, deadLetters, consumer, eventSource } = partsOf(type);
  const settings = queueSettings(definition);

  test('a message stays hidden for six times the function’s time and the batch window', () => {
    const timeout = Number(consumer.properties.Timeout);
    expect(timeout).toBe(settings.functionTimeoutSeconds);
    expect(queue.properties.VisibilityTimeout).toBe(6 * timeout + definition.batchWindowSeconds);
  });

  test('both queues take SQS’s largest message, encrypted, by TLS only', () => {
    for (const each of [queue, deadLetters]) {
      expect(each.properties).toMatchObject({ MaximumMessageSize: 1_048_576, SqsManagedSseEnabled: true });
      const policy = ofType(resources, 'AWS::SQS::QueuePolicy').find(
        ({ properties }) => JSON.stringify(properties.Queues) === JSON.stringify([{ Ref: each.id }]),
      );
      expect(statementsOf(policy?.properties.PolicyDocument)).toEqual([
        {
          effect: 'Deny',
          actions: ['sqs:*'],
          resources: [`\${${each.id}.Arn}`],
          principal: { AWS: '*' },
          condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]);
    }
  });

  test('the DLQ keeps messages for 14 days and takes them from this queue only', () => {
    expect(queue.properties.MessageRetentionPeriod).toBe(definition.queueRetention * 86_400);
    expect(deadLetters.properties.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(queue.properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf(deadLetters),
      maxReceiveCount: settings.maxReceiveCount,
    });
    const allow = deadLetters.properties.RedriveAllowPolicy as {
      redrivePermission: string;
      sourceQueueArns: unknown[];
    };
    expect(allow.redrivePermission).toBe('byQueue');
    expect(allow.sourceQueueArns.map(asText)).toEqual([arn('sqs', `sluice-prod-${type}`)]);
  });

  test('SQS moves a message to the DLQ before its retention ends', () => {
    const { maxReceiveCount } = queue.properties.RedrivePolicy as { maxReceiveCount: number };
    const longest = maxReceiveCount * Number(queue.properties.VisibilityTimeout);
    expect(longest).toBeLessThanOrEqual(0.8 * Number(queue.properties.MessageRetentionPeriod));
  });

  test('the event source feeds this function from this queue', () => {
    expect(eventSource.properties).toMatchObject({
      EventSourceArn: arnOf(queue),
      FunctionName: { Ref: consumer.id },
      BatchSize: definition.batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: definition.maxConcurrency },
    });
    expect(eventSource.properties.MaximumBatchingWindowInSeconds ?? 0).toBe(definition.batchWindowSeconds);
    expect(eventSource.properties).not.toHaveProperty('FilterCriteria');
    expect(consumer.properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('the function runs Node 24 on arm64 and may send to its own queue', () => {
    expect(consumer.properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: definition.memoryMb,
      RecursiveLoop: 'Allow',
    });
    expect(consumer.properties.TracingConfig).toEqual(definition.tracing ? { Mode: 'Active' } : undefined);
  });

  test('its environment holds the names of table and queues', () => {
    const { Variables } = consumer.properties.Environment as { Variables: Record<string, unknown> };
    expect(Variables).toEqual({
      AWS_SDK_UA_APP_ID: expect.stringMatching(/^sluice-prod-[a-z0-9-]+\/PTEnv\/$/),
      SLUICE_STAGE: 'prod',
      SLUICE_JOBS_TABLE: 'sluice-prod-jobs',
      SLUICE_QUEUE_URL: { Ref: queue.id },
      SLUICE_DLQ_URL: { Ref: deadLetters.id },
    });
    expect(String(Variables.AWS_SDK_UA_APP_ID).length).toBeLessThanOrEqual(50);
    // Lambda quotas: 4 KB in all. A URL adds what its reference does not show.
    expect(JSON.stringify(Variables).length + 2 * 150).toBeLessThan(4096);
  });

  test('its log has its own group and a retention', () => {
    const group = one(resources, 'AWS::Logs::LogGroup');
    expect(group.properties).toMatchObject({ LogGroupName: `/aws/lambda/sluice-prod-${type}`, RetentionInDays: 30 });
    expect(consumer.properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: { Ref: group.id } });
  });
});

test('provisioned pollers replace the maximum concurrency', () => {
  const definition = defineJob({ type: 'bursty', payload: z.unknown(), provisionedPollers: { min: 3, max: 20 } });
  const [job] = jobs;
  const { bursty } = synthesize(makeApp({ jobs: [{ definition, entry: job?.entry ?? '' }] }));
  const { properties } = one(bursty?.resources ?? [], 'AWS::Lambda::EventSourceMapping');
  expect(properties.ProvisionedPollerConfig).toEqual({ MinimumPollers: 3, MaximumPollers: 20 });
  expect(properties).not.toHaveProperty('ScalingConfig');
});
