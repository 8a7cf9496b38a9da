import type { Context, SQSEvent } from 'aws-lambda';
import { dueList, itemId, type JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { JOBS_TABLE, type LoopbackAws, startLoopbackAws } from '../../fidelity/runtime/loopback-aws.ts';
import { outgoing } from '../../support/factories.ts';
import type { Bundles } from '../bundles.ts';
import { functionEnvironment } from '../driver/driver.ts';
import type { Path } from './expected.ts';
import { meterUnits, type Units } from './meter.ts';

/** What ten jobs made of calls and write units on one way. */
export interface Counted {
  readonly callsPerJob: number;
  readonly byTarget: ReadonlyMap<string, number>;
  readonly tableUnits: number;
  readonly indexUnits: number;
  readonly readUnits: number;
  /** Statements whose condition did not hold: each cost a unit and a round trip. */
  readonly wrongHints: number;
}

export interface CountOptions {
  readonly bundles: Bundles;
  /** Whose jobs. @default those that are claimed */
  readonly of?: 'sluice' | 'optimistic';
  readonly path: Path;
  readonly payloadBytes: number;
}

export type Handler = (event: SQSEvent | object, context: Context) => Promise<unknown>;

const JOBS = 10;
/** Enough that a page of each shard's list is full: what a tick that matters looks like. */
const RELEASED = 800;
const DO: Readonly<Record<Path, string>> = {
  ...{ success: 'complete', duplicate: 'complete', release: 'park', death: 'die', park: 'park' },
  ...{ 'retry in place': 'fail', 'retry begun': 'fail', 'release begun': 'park' },
};
/** Ways that begin with an attempt that is not counted. */
const AFTER_AN_ATTEMPT: readonly Path[] = ['duplicate', 'retry begun', 'release', 'release begun'];

/** Runs ten jobs through the deployed bundle, its own SDK and the in-memory AWS behind HTTP. */
export async function countCalls({ bundles, path, payloadBytes, of = 'sluice' }: CountOptions): Promise<Counted> {
  const aws = await startLoopbackAws('bench');
  try {
    prepare(aws);
    const load = async ({ file }: { file: string }) =>
      ((await import(`${file}?${path}-${payloadBytes}`)) as { handler: Handler }).handler;
    const consumer = await load(bundles[of]);
    const dispatcher = () => load(bundles.dispatcher);
    const sent = send(aws, { do: DO[path], filler: 'x'.repeat(payloadBytes) });
    if (AFTER_AN_ATTEMPT.includes(path)) await consumer({ Records: sent }, context());
    const records = path === 'release begun' ? await released({ aws, dispatcher }) : sent;
    const meter = meterUnits(aws);
    const before = aws.targets.length;
    const jobs = await measured[path]({ aws, consumer, records, dispatcher });
    const targets = aws.targets.slice(before);
    const byTarget = new Map<string, number>();
    for (const target of targets) byTarget.set(target, (byTarget.get(target) ?? 0) + 1);
    const perJob = ({ table, index, read, refused }: Units) => ({
      ...{ tableUnits: table / jobs, indexUnits: index / jobs, readUnits: read / jobs, wrongHints: refused },
    });
    return { callsPerJob: targets.length / jobs, byTarget, ...perJob(meter) };
  } finally {
    await aws.stop();
  }
}

/** This process is the function's. */
export function prepare({ environment }: LoopbackAws): void {
  process.setMaxListeners(0);
  Object.assign(process.env, functionEnvironment(''), environment, {
    SLUICE_STAGE: 'test',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
}

interface Scene {
  readonly aws: LoopbackAws;
  readonly consumer: Handler;
  readonly dispatcher: () => Promise<Handler>;
  readonly records: SQSEvent['Records'];
}

const once = async ({ consumer, records }: Scene): Promise<number> => {
  await consumer({ Records: records }, context());
  return JOBS;
};

const again = async (scene: Scene): Promise<number> => {
  for (const item of items(scene.aws)) scene.aws.dynamoDb.put(JOBS_TABLE, { ...item, dueAt: Date.now() });
  return once({ ...scene, records: scene.records.map(received(2)) });
};

/** What is counted of each way; what went before is not. */
const measured: Readonly<Record<Path, (scene: Scene) => Promise<number>>> = {
  ...{ success: once, 'retry in place': once, park: once, death: once },
  duplicate: once,
  'retry begun': again,
  'release begun': once,
  async release({ aws, dispatcher }) {
    const parked = items(aws);
    const big = JSON.stringify(parked[0]).length > 5000;
    const jobs = big ? JOBS : RELEASED;
    for (let i = 0; i < jobs; i++) aws.dynamoDb.put(JOBS_TABLE, due(parked[i % JOBS] as JobItem, i));
    const tick = await dispatcher();
    await tick({}, context());
    return jobs;
  },
};

/** What the dispatcher makes of the parked jobs, once they are due. */
async function released({ aws, dispatcher }: Pick<Scene, 'aws' | 'dispatcher'>): Promise<Scene['records']> {
  for (const [i, item] of items(aws).entries()) aws.dynamoDb.put(JOBS_TABLE, due(item, i));
  const tick = await dispatcher();
  await tick({}, context());
  return receive(aws);
}

const received = (count: number) => (record: SQSEvent['Records'][number]) => ({
  ...record,
  attributes: { ...record.attributes, ApproximateReceiveCount: String(count) },
});

function due(item: JobItem, i: number): JobItem {
  const id = i < JOBS ? item.id : itemId('bench', `clone-${i}`);
  const dueAt = Date.now() - 1000;
  return { ...item, id, dueAt, listKey: dueList(id), listAt: dueAt };
}

function send(aws: LoopbackAws, payload: object): SQSEvent['Records'] {
  for (let i = 0; i < JOBS; i++) {
    aws.queue.add(outgoing(JSON.stringify({ id: `job-${i}`, payload })), `message-${i}`);
  }
  return receive(aws);
}

export const receive = ({ queue }: LoopbackAws): SQSEvent['Records'] =>
  queue.receive(JOBS).map((message) => toRecord(message, queue));

const items = ({ dynamoDb }: LoopbackAws): JobItem[] =>
  Array.from({ length: JOBS }, (_, i) => dynamoDb.item(JOBS_TABLE, itemId('bench', `job-${i}`))).filter(
    (item) => item !== undefined,
  );

export function context(): Context {
  const endsAtMs = Date.now() + 60_000;
  return { getRemainingTimeInMillis: () => endsAtMs - Date.now(), functionName: 'bench' } as Context;
}
