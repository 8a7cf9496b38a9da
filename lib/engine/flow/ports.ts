import type { CurrentSignal } from '../../aws/client-settings.ts';
import type { DynamoDb } from '../../aws/ports.ts';
import { ENV, names } from '../../contract/names.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { CallTime } from '../calls/call-time.ts';
import { makeReader, type Reader } from '../calls/reads.ts';
import { makeWriter, type Writer } from '../calls/writes.ts';
import type { Clock } from '../clock.ts';
import { tellDurableFunctions } from './durable-functions.ts';
import { makePlaces, type Places } from './places.ts';
import { tellStepFunctions } from './step-functions.ts';
import type { Tell, Tellers } from './tell.ts';

/** What a consumer whose jobs have a part in flows works with, beside its engine: items and queues of other types. */
export interface FlowPorts {
  readonly table: string;
  readonly dynamoDb: DynamoDb;
  readonly writer: Writer;
  /** Reads whether a callback is still wanted. */
  readonly readStatus: Reader;
  /** Reads a callback that this type's jobs may park. */
  readonly readCallback: Reader;
  /** Ends places in batches. */
  readonly places: Places;
  readonly queueName: (type: string) => string;
  /** Found so far, by job type; kept while the process is warm. */
  readonly queueUrls: Map<string, string>;
  readonly tellers: Tellers;
  /** Whether the dispatcher does not find a type's queue by its name: what is parked keeps its URL. */
  readonly isElsewhere: (type: string) => boolean;
}

export interface FlowPortsDeps {
  readonly table: string;
  /** Full name. */
  readonly stage: string;
  /** JSON: by job type, the name or URL of queues that do not have the fixed name. @default as the function's environment says */
  readonly queuesElsewhere?: string | undefined;
  readonly dynamoDb: DynamoDb;
  readonly callTime: CallTime;
  readonly clock: Clock;
  /** @default Step Functions and Lambda themselves */
  readonly tellers?: Tellers | undefined;
}

/** Their clients are made when they are first called. */
function makeTellers(signal: CurrentSignal): Tellers {
  const onUse = (make: ((signal: CurrentSignal) => Tell) | undefined): Tell | undefined => {
    if (make === undefined) return undefined;
    let made: Tell | undefined;
    const tell = () => {
      made ??= make(signal);
      return made;
    };
    return {
      success: (id, output) => tell().success(id, output),
      failure: (id, failure) => tell().failure(id, failure),
      heartbeat: (id) => tell().heartbeat(id),
    };
  };
  return { stepFunctions: onUse(tellStepFunctions), durableFunctions: onUse(tellDurableFunctions) };
}

const STATUS = ['id', 'type', 'status', 'schema', 'cancelRequested'] as const satisfies readonly (keyof JobItem)[];

export function makeFlowPorts({ table, stage, queuesElsewhere, tellers, ...parts }: FlowPortsDeps): FlowPorts {
  const { dynamoDb, callTime, clock } = parts;
  const given = queuesElsewhere ?? process.env[ENV.queuesElsewhere];
  const deps = { dynamoDb, callTime };
  const elsewhere = new Map(Object.entries(JSON.parse(given ?? '{}') as Record<string, string>));
  return {
    table,
    dynamoDb,
    writer: makeWriter(deps),
    readStatus: makeReader(table, deps, { names: STATUS }),
    readCallback: makeReader(table, deps),
    places: makePlaces({ table, clock, ...deps }),
    queueName: (type) => elsewhere.get(type) ?? names.queue(stage, type),
    queueUrls: new Map([...elsewhere].filter(([, address]) => /^https?:/.test(address))),
    tellers: tellers ?? makeTellers(callTime.signal),
    isElsewhere: (type) => elsewhere.has(type),
  };
}
