import type { Context, SQSEvent } from 'aws-lambda';

/** One measured run: so many batches of so many jobs, one after another. */
export interface RunOrder {
  readonly batches: number;
  readonly batchSize: number;
  /** Of each job. */
  readonly payload: Record<string, unknown>;
  /** Each job is a child of one batch. */
  readonly inFlow?: true;
  /** The dispatcher's tick instead of batches. */
  readonly tick?: true;
  /** Says what each batch took, by the clock and of the CPU. */
  readonly eachBatch?: true;
}

/** What a run took. */
export interface RunFigures {
  readonly cpuUs: number;
  readonly wallMs: number;
  readonly peakBytes: number;
  /** Of each batch, if it was asked for. */
  readonly batchesMs: readonly number[];
  readonly batchesCpuMs: readonly number[];
}

type Handler = (event: SQSEvent | object, context: Context) => Promise<unknown>;

const startedUs = process.cpuUsage();
const startedAtMs = performance.now();
const [bundle] = process.argv.slice(2);
const { handler } = (await import(bundle ?? '')) as { handler: Handler };

const CALLBACK = { type: 'bench', key: 'callback' };

let jobs = 0;
function makeBatch({ batchSize, payload, inFlow }: RunOrder): SQSEvent {
  const Records = Array.from({ length: batchSize }, (_, place) => {
    const id = `${process.pid}-${++jobs}`;
    return {
      messageId: id,
      receiptHandle: `receipt-${id}`,
      body: JSON.stringify({ id, payload, ...(inFlow && { flow: { of: { ...CALLBACK, place } } }) }),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.now()),
        SenderId: 'AIDASSYFHUBOBT7F4XT75',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: {},
      md5OfBody: '0123456789abcdef0123456789abcdef',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:sluice-dev-bench',
      awsRegion: 'us-east-1',
    };
  });
  return { Records };
}

function context(): Context {
  const endsAtMs = Date.now() + 300_000;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'bench',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    memoryLimitInMB: '512',
    awsRequestId: 'request-1',
    logGroupName: '/aws/lambda/bench',
    logStreamName: 'stream-1',
    getRemainingTimeInMillis: () => endsAtMs - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

async function run(order: RunOrder): Promise<RunFigures> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const [batchesMs, batchesCpuMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < order.batches; i++) {
    const batch = order.tick ? {} : makeBatch(order);
    const [before, startMs] = [order.eachBatch && process.cpuUsage(), performance.now()];
    await handler(batch, context());
    if (before === undefined) continue;
    batchesMs.push(performance.now() - startMs);
    batchesCpuMs.push(cpuUsSince(before) / 1000);
  }
  const [wallMs, cpuUs] = [performance.now() - wall, cpuUsSince(cpu)];
  // The largest so far; on Linux in kilobytes (getrusage).
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { cpuUs, wallMs, peakBytes, batchesMs, batchesCpuMs };
}

function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

process.on('message', (order: RunOrder) => {
  void run(order).then((figures) => process.send?.(figures));
});
process.on('disconnect', () => process.exit(0));

const { user, system } = process.cpuUsage(startedUs);
process.send?.({ loadCpuUs: user + system, loadWallMs: performance.now() - startedAtMs });
