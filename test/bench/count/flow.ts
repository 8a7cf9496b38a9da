import type { SQSEvent } from 'aws-lambda';
import { type JobItem, keyOf } from '../../../lib/contract/protocol/job-item.ts';
import { JOBS_TABLE, startLoopbackAws } from '../../fidelity/runtime/loopback-aws.ts';
import { outgoing } from '../../support/factories.ts';
import type { Bundled } from '../bundles.ts';
import { context, type Handler, prepare, receive } from './count.ts';
import { meterUnits } from './meter.ts';

/** What a batch took from its parent to its callback's end. */
export interface CountedFlow {
  /** Write units of table and indexes, of the parent, its children, its callback and all between them. */
  readonly units: number;
  /** Calls to DynamoDB of ten children that end in one invocation. */
  readonly callsOfTen: number;
  /** Children that completed, by the callback's item. */
  readonly completed: number;
}

const FLOW_PAYLOAD = { filler: 'x'.repeat(100) };

/** Runs a parent, its children ten an invocation, and the callback, through the bundle, its own SDK and the in-memory AWS. */
export async function countBatch(bundle: Bundled, children: number): Promise<CountedFlow> {
  const aws = await startLoopbackAws('bench');
  try {
    prepare(aws);
    const { handler } = (await import(`${bundle.file}?flow-${children}`)) as { handler: Handler };
    const units = meterUnits(aws);
    const run = (Records: SQSEvent['Records']) => handler({ Records }, context());
    aws.queue.add(outgoing(JSON.stringify({ id: 'parent', payload: { ...FLOW_PAYLOAD, children } })), 'message-parent');
    await run(receive(aws));
    const { passedOn = '' } = (aws.dynamoDb.item(JOBS_TABLE, 'bench#parent') ?? {}) as Partial<JobItem>;
    let callsOfTen = 0;
    for (let records = receive(aws); records.length > 0; records = receive(aws)) {
      const before = aws.targets.length;
      await run(records);
      const calls = aws.targets.slice(before).filter((target) => target.startsWith('DynamoDB'));
      // Not of the last ones, whose end releases the callback as well.
      if (callsOfTen === 0 && records.length === 10) callsOfTen = calls.length;
    }
    return {
      units: units.table + units.index,
      callsOfTen,
      completed: completedOf(aws.dynamoDb.item(JOBS_TABLE, passedOn)),
    };
  } finally {
    await aws.stop();
  }
}

function completedOf(callback: JobItem | undefined): number {
  if (callback?.status !== 'COMPLETED')
    throw new Error(`the callback ended ${callback?.status}: ${callback && keyOf(callback)}`);
  return (callback.total ?? 0) - (callback.open?.size ?? 0) - (callback.dead?.size ?? 0);
}
