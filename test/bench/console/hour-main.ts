import { startConsole } from '../../../lib/console/index.ts';
import { names } from '../../../lib/contract/names.ts';
import type { Aws } from '../../../lib/operator/index.ts';
import { makeMemoryDynamoDb, makeMemorySqs, makeVirtualClock } from '../../../lib/testing/index.ts';

/** What the process says first. */
export interface HourStarted {
  readonly url: string;
  readonly code: string;
}

const STAGE = 'bench';
const TYPES = Array.from({ length: 50 }, (_, i) => `type-${i}`);
const QUEUE = { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * 24 * 3600 };

/** A console on a stage in memory with 50 job types, whose clock leaps when it is told so. */
const clock = makeVirtualClock();
const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [names.jobsTable(STAGE)]: ['id'] } });
const sqs = makeMemorySqs(clock);
for (const type of TYPES) {
  for (const name of [names.queue(STAGE, type), names.deadLetterQueue(STAGE, type)]) sqs.createQueue(name, QUEUE);
}

/** Services that have nothing to say. */
const answers: Readonly<Record<string, object>> = {
  ListEventSourceMappingsCommand: { EventSourceMappings: [] },
  DescribeAlarmsCommand: { MetricAlarms: [] },
  GetMetricDataCommand: { MetricDataResults: [] },
  DescribeStacksCommand: { Stacks: [] },
};
const quiet = { send: (command: object) => Promise.resolve(answers[command.constructor.name] ?? {}) };
const aws = {
  ...{ dynamoDb: dynamoDb.client, sqs: sqs.client, lambda: quiet, logs: quiet },
  ...{ cloudWatch: quiet, cloudFormation: quiet, eventBridge: quiet },
} as unknown as Aws;

const running = await startConsole({
  stage: { name: STAGE, aws, now: clock.now },
  sqs: sqs.client,
  ...{ definitions: [], where: { stage: STAGE } },
});
const { origin, hash } = new URL(running.link);
process.send?.({ url: origin, code: hash.slice('#k='.length) } satisfies HourStarted);
process.on('message', ({ leapMs }: { readonly leapMs: number }) => {
  void clock.advance(leapMs).then(() => {
    if (leapMs === 0) globalThis.gc?.();
    process.send?.(process.memoryUsage().rss);
  });
});
