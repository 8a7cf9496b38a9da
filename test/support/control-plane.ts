import { hash } from 'node:crypto';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { FilteredLogEvent, FilterLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Rule } from '@aws-sdk/client-eventbridge';
import { names } from '../../lib/contract/names.ts';
import type { Aws } from '../../lib/operator/index.ts';
import { type Call, type Command, toCall } from '../../lib/testing/aws/faults.ts';
import { checkRequest } from '../../lib/testing/aws/request-check.ts';
import { awsError } from '../../lib/testing/index.ts';
import { STAGE } from './world.ts';

/** An event source as Lambda knows it. */
interface EventSource {
  state: string;
  /** The states that it goes through, one with each look. */
  readonly next: string[];
  /** Name of its queue. @default the function's */
  readonly queue?: string;
}

/** What of a stage is neither queue nor table, in memory: it answers as AWS does, and can be changed. */
export interface ControlPlane {
  readonly aws: Pick<Aws, 'lambda' | 'logs' | 'cloudWatch' | 'cloudFormation' | 'eventBridge'>;
  readonly calls: Call[];
  /** Stacks' statuses by name. */
  readonly stacks: Map<string, string>;
  /** Names of the stacks that keep their data, and are protected against deletion. */
  readonly isProtected: Set<string>;
  /** Outputs of stacks by name. */
  readonly outputs: Map<string, Readonly<Record<string, string>>>;
  /** Event sources by function name. */
  readonly eventSources: Map<string, EventSource>;
  readonly alarms: MetricAlarm[];
  /** Functions that are not there, by name. */
  readonly gone: Set<string>;
  /** Rules that call the dispatcher or send to the type's queue: whichever is asked for has them all. */
  readonly rules: Rule[];
  /** Log groups' events by name. */
  readonly logs: Map<string, FilteredLogEvent[]>;
  /** Values of `ApproximateAgeOfOldestMessage` by queue name, the newest first. */
  readonly ages: Map<string, number[]>;
}

/** Entries of a page of alarms, rules and log events: few, so that there are several. */
const PAGE = 2;
/** Event sources of a page: two of a function, so four functions. */
const MAPPINGS = 8;

/** A stage with one job type, all well: deployed, running, an alarm that is off, a rule that ticks. */
export function makeControlPlane(type: string, nowMs: number): ControlPlane {
  const consumer = names.consumer(STAGE, type);
  const dispatcher = names.dispatcher(STAGE);
  const plane = {
    calls: [] as Call[],
    stacks: new Map([
      [names.coreStack(STAGE), 'UPDATE_COMPLETE'],
      [names.jobStack(STAGE, type), 'CREATE_COMPLETE'],
    ]),
    isProtected: new Set<string>(),
    outputs: new Map<string, Readonly<Record<string, string>>>(),
    eventSources: new Map<string, EventSource>([[consumer, { state: 'Enabled', next: [] }]]),
    alarms: [{ AlarmName: `${names.queue(STAGE, type)}-dead-letters`, StateValue: 'OK' }] as MetricAlarm[],
    gone: new Set<string>(),
    rules: [{ Name: 'each-minute', State: 'ENABLED' }] as Rule[],
    logs: new Map([[`/aws/lambda/${dispatcher}`, [tick(nowMs - 20_000)]]]),
    ages: new Map<string, number[]>(),
  };
  const client = {
    async send(command: Command): Promise<object> {
      const call = toCall(command);
      plane.calls.push(call);
      checkRequest(call);
      const answer = ANSWERS[call.name];
      if (answer === undefined) throw new TypeError(`${call.name} is not a call that the operator makes`);
      return answer(call.input as Input, plane);
    },
  };
  // A client each: a test may replace one call of one service.
  const own = () => ({ ...client });
  const aws = { lambda: own(), logs: own(), cloudWatch: own(), cloudFormation: own(), eventBridge: own() };
  return { ...plane, aws };
}

/** A line of the dispatcher's log. */
export const tick = (timestamp: number): FilteredLogEvent => ({
  timestamp,
  message: JSON.stringify({ message: 'dispatch.finished' }),
});

type Plane = Omit<ControlPlane, 'aws'>;
/** Fields of the inputs of all calls. */
interface Input {
  readonly StackName: string;
  readonly FunctionName?: string;
  readonly Marker?: string;
  readonly UUID: string;
  readonly Enabled: boolean;
  readonly Name: string;
  readonly NextToken?: string;
  readonly AlarmNamePrefix: string;
  readonly MetricDataQueries: { Id: string; MetricStat: { Metric: { Dimensions: { Value: string }[] } } }[];
}

const missing = (what: string) => awsError('ResourceNotFoundException', `${what} does not exist`);

function page<T>(all: readonly T[], token: string | undefined, size = PAGE) {
  const from = Number(token ?? 0);
  const next = from + size < all.length ? String(from + size) : undefined;
  return { entries: all.slice(from, from + size), next };
}

/** Of a function's event source. */
export const uuidOf = (name: string): string =>
  hash('md5', name, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Looks at a function's event sources, and lets their states go on. */
function mappingsOf(name: string, eventSources: Plane['eventSources']) {
  const found = eventSources.get(name);
  if (found === undefined) return [];
  const State = found.state;
  found.state = found.next.shift() ?? State;
  const { queue = name } = found;
  const mapping = (of: string, state: string, source: string) => ({
    ...{ UUID: uuidOf(of), State: state, EventSourceArn: `arn:aws:sqs:us-east-1:1:${source}` },
    FunctionArn: `arn:aws:lambda:us-east-1:1:function:${name}`,
  });
  const own = mapping(name, State, queue);
  return found.queue === undefined ? [mapping('other', 'Disabled', `${queue}-other`), own] : [own];
}

const ANSWERS: Readonly<Record<string, (input: Input, plane: Plane) => object>> = {
  DescribeStacks({ StackName }, { stacks, isProtected, outputs }) {
    const StackStatus = stacks.get(StackName);
    if (StackStatus === undefined) throw awsError('ValidationError', `Stack with id ${StackName} does not exist`);
    const EnableTerminationProtection = isProtected.has(StackName);
    const Outputs = Object.entries(outputs.get(StackName) ?? {}).map(([OutputKey, OutputValue]) => ({
      ...{ OutputKey, OutputValue },
    }));
    return { Stacks: [{ StackName, StackStatus, EnableTerminationProtection, Outputs }] };
  },
  ListEventSourceMappings({ FunctionName, Marker }, { eventSources }) {
    const asked = FunctionName === undefined ? [...eventSources.keys()] : [FunctionName];
    const { entries, next } = page(
      asked.flatMap((name) => mappingsOf(name, eventSources)),
      Marker,
      MAPPINGS,
    );
    return { EventSourceMappings: entries, ...(FunctionName === undefined && { NextMarker: next ?? '' }) };
  },
  UpdateEventSourceMapping({ UUID, Enabled }, { eventSources }) {
    const found = [...eventSources].find(([name]) => uuidOf(name) === UUID)?.[1];
    if (found === undefined) throw missing(UUID);
    found.state = Enabled ? 'Enabling' : 'Disabling';
    found.next.push(Enabled ? 'Enabled' : 'Disabled');
    return { State: found.state };
  },
  GetFunctionConfiguration({ FunctionName = '' }, { gone }) {
    if (gone.has(FunctionName)) throw missing(FunctionName);
    return { FunctionArn: `arn:aws:lambda:us-east-1:1:function:${FunctionName}` };
  },
  ListRuleNamesByTarget({ NextToken }, { rules }) {
    const { entries, next } = page(rules, NextToken);
    return { RuleNames: entries.map(({ Name }) => Name), ...(next !== undefined && { NextToken: next }) };
  },
  DescribeRule: ({ Name }, { rules }) => rules.find((rule) => rule.Name === Name) ?? {},
  DescribeAlarms({ AlarmNamePrefix, NextToken }, { alarms }) {
    const own = alarms.filter(({ AlarmName = '' }) => AlarmName.startsWith(AlarmNamePrefix));
    const { entries, next } = page(own, NextToken);
    return { MetricAlarms: entries, ...(next !== undefined && { NextToken: next }) };
  },
  FilterLogEvents(input, { logs }) {
    const {
      logGroupName = '',
      startTime = 0,
      endTime = Number.POSITIVE_INFINITY,
      nextToken,
    } = input as unknown as FilterLogEventsCommandInput;
    const group = logs.get(logGroupName);
    if (group === undefined) throw missing(logGroupName);
    const { entries, next } = page(
      group.filter(({ timestamp = 0 }) => timestamp >= startTime && timestamp <= endTime),
      nextToken,
    );
    return { events: entries, ...(next !== undefined && { nextToken: next }) };
  },
  StartQuery: () => ({ queryId: 'a-query' }),
  GetQueryResults: () => ({ status: 'Complete', results: [] }),
  GetMetricData: ({ MetricDataQueries }, { ages }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => ({
      Id,
      Values: ages.get(MetricStat.Metric.Dimensions[0]?.Value ?? '') ?? [],
    })),
  }),
};
