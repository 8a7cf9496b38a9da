import type { Aws, Stage } from '../../../lib/operator/index.ts';
import { type Command, toCall } from '../../../lib/testing/aws/faults.ts';

/** A stage that counts what it is asked. */
export interface CountedStage {
  readonly stage: Stage;
  /** By the call's name. */
  readonly calls: Map<string, number>;
  /** Metrics that were asked for. */
  readonly metrics: number;
  /** Read units of DynamoDB. */
  readonly readUnits: number;
}

/** Alarms of a type and of its stage (lib/infra/monitoring). */
const ALARMS_A_TYPE = 8;
const OWN_ALARMS = 3;
/** ListEventSourceMappings answers with this many at most (Lambda API reference). */
const MAPPINGS_A_PAGE = 100;
/** What an entry of a list has: its id, list, time and type. */
const ENTRY_BYTES = 120;
/** A page of a query. */
const PAGE_BYTES = 2 ** 20;
/** Entries of each shard of a list: more than are read. */
const ENTRIES = 2000;

interface Input {
  readonly QueueName?: string;
  readonly FunctionName?: string;
  readonly Marker?: string;
  readonly NextToken?: string;
  readonly MaxRecords?: number;
  readonly Limit?: number;
  readonly MetricDataQueries?: readonly object[];
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const urlOf = (name: string) => `https://sqs.us-east-1.amazonaws.com/1/${name}`;

function pageOf<T>(all: readonly T[], size: number, token: string | undefined) {
  const from = Number(token ?? 0);
  const next = from + size < all.length ? String(from + size) : undefined;
  return { entries: all.slice(from, from + size), next };
}

/** What AWS answers, in its own pages, of a stage with many dead and parked jobs. */
function answersOf(types: readonly string[]): Readonly<Record<string, (input: Input) => object>> {
  const queues = types.flatMap((type) => [urlOf(`sluice-prod-${type}`), urlOf(`sluice-prod-${type}-dlq`)]);
  const mapping = (name: string) => ({
    ...{ UUID: name, State: 'Enabled', EventSourceArn: `arn:aws:sqs:us-east-1:1:${name}` },
    FunctionArn: `arn:aws:lambda:us-east-1:1:function:${name}`,
  });
  const alarms = [
    ...types.flatMap((type) => numbers(ALARMS_A_TYPE).map((i) => `sluice-prod-${type}-${i}`)),
    ...numbers(OWN_ALARMS).map((i) => `sluice-prod-dispatcher-${i}`),
  ].map((AlarmName) => ({ AlarmName, StateValue: 'OK' }));
  const entries = numbers(ENTRIES).map((i) => ({
    ...{ id: { S: `${types[i % types.length]}#job-${i}` }, listAt: { N: String(i) } },
  }));
  return {
    ListQueues: () => ({ QueueUrls: queues }),
    GetQueueUrl: ({ QueueName = '' }) => ({ QueueUrl: urlOf(QueueName) }),
    GetQueueAttributes: () => ({ Attributes: { ApproximateNumberOfMessages: '1' } }),
    ListEventSourceMappings({ FunctionName, Marker }) {
      const all = FunctionName === undefined ? types.map((type) => `sluice-prod-${type}`) : [FunctionName];
      const { entries: found, next } = pageOf(all.map(mapping), MAPPINGS_A_PAGE, Marker);
      return { EventSourceMappings: found, NextMarker: next };
    },
    DescribeAlarms({ MaxRecords = 50, NextToken }) {
      const { entries: MetricAlarms, next } = pageOf(alarms, MaxRecords, NextToken);
      return { MetricAlarms, NextToken: next };
    },
    GetMetricData: () => ({ MetricDataResults: [] }),
    Query({ Limit = PAGE_BYTES / ENTRY_BYTES }) {
      const Items = entries.slice(0, Limit);
      return { Items, ...(Items.length < ENTRIES && { LastEvaluatedKey: Items.at(-1) }) };
    },
    BatchGetItem: () => ({ Responses: {} }),
  };
}

/** Eventually consistent: half a unit for 4 KB. */
const unitsOf = ({ Items = [] }: { Items?: readonly object[] }) =>
  Math.ceil((Math.max(1, Items.length) * ENTRY_BYTES) / 4096) / 2;

export function makeCountedStage(count: number): CountedStage {
  const types = numbers(count).map((i) => `type-${String(i).padStart(3, '0')}`);
  const answers = answersOf(types);
  const calls = new Map<string, number>();
  const seen = { metrics: 0, readUnits: 0 };
  const send = async (command: Command) => {
    const { name, input } = toCall(command);
    const answer = answers[name];
    if (answer === undefined) throw new TypeError(`${name} was not expected`);
    calls.set(name, (calls.get(name) ?? 0) + 1);
    seen.metrics += (input as Input).MetricDataQueries?.length ?? 0;
    const answered = answer(input as Input);
    if (name === 'Query') seen.readUnits += unitsOf(answered);
    return answered;
  };
  const client = { send } as never;
  const services = ['dynamoDb', 'sqs', 'lambda', 'logs', 'cloudWatch', 'cloudFormation', 'eventBridge'] as const;
  const aws = Object.fromEntries(services.map((service) => [service, client])) as unknown as Aws;
  return {
    ...{ calls, stage: { name: 'prod', aws } },
    get metrics() {
      return seen.metrics;
    },
    get readUnits() {
      return seen.readUnits;
    },
  };
}
