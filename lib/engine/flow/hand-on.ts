import { callbackItem, isReady, isStopped } from '../../contract/flow.ts';
import { type ItemUpdate, insert } from '../../contract/protocol/item-write.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { cancelJob } from '../../contract/protocol/operate.ts';
import { readItems } from '../calls/reads.ts';
import { WriteError } from '../calls/writes.ts';
import type { Engine } from '../engine.ts';
import { toStatement } from '../table/statements.ts';
import { type Outbox, unpack } from './outbox.ts';
import { release } from './places.ts';
import type { FlowPorts } from './ports.ts';
import { parkedUrl, sendAll, sendReleased } from './send.ts';

/** A job that has ended, and what its end is handed on with. */
export interface Ended {
  readonly item: JobItem;
  readonly message: Message;
  readonly engine: Engine;
  readonly ports: FlowPorts;
}

/** What a completed job staged: as this attempt packed it, or read. @throws the SDK's error if the table did not answer */
export async function outboxOf({ item, ports, engine }: Ended): Promise<Outbox | undefined> {
  const { id, outbox = await readOutbox(id, ports, engine) } = item;
  return outbox && unpack(outbox);
}

async function readOutbox(id: string, { table, dynamoDb }: FlowPorts, { callTime }: Engine) {
  const found = await readItems({ table, names: ['id', 'outbox'] }, [id], { dynamoDb, callTime });
  return found.get(id)?.outbox;
}

/**
 * Rows `callbackParked` and `stagedSent`: parks the batch's callback, then sends what was staged.
 *
 * @returns the callback as it stands, if a batch was staged
 */
export async function sendOutbox(outbox: Outbox, ended: Ended): Promise<JobItem | undefined> {
  const { engine, ports, message } = ended;
  const { batch, jobs } = outbox;
  const callback = batch && (await park(batch, ended));
  if (batch !== undefined && !isStopped(callback)) {
    await sendAll(batch.children, message, { engine, ports });
    if (callback !== undefined && isReady(callback)) await releaseAtOnce(callback, ended);
  }
  await sendAll(jobs, message, { engine, ports });
  return callback;
}

/** Nobody's end releases the callback of an empty batch. */
async function releaseAtOnce(callback: JobItem, { engine, ports }: Ended): Promise<void> {
  const { clock, callTime } = engine;
  const released = await release(callback, { ...ports, clock, callTime });
  if (released !== undefined) await sendReleased(released, engine, ports);
}

/** Row `callbackParked`. @returns the callback as it stands: its key is a nonce, so that it can be nobody else's */
async function park(batch: NonNullable<Outbox['batch']>, ended: Ended): Promise<JobItem | undefined> {
  const { item: parent, message, engine, ports } = ended;
  const queueUrl = await parkedUrl(batch.callback.type, engine, ports);
  const callback = callbackItem({ parent, message, batch, queueUrl, retention: engine.definition.retention });
  const result = await ports.writer(toStatement(ports.table, insert(callback)));
  if (result.kind === 'written') return callback;
  if (result.kind === 'tooLarge') throw new WriteError('the callback’s item would pass 400 KB');
  return ports.readCallback(callback.id);
}

/** Row `stagedDone`: all was sent. */
export async function clearOutbox({ item: { id, runNo }, engine }: Ended): Promise<void> {
  const fence = { status: 'COMPLETED', runNo, owed: true } as const;
  const write: ItemUpdate = { kind: 'update', id, set: {}, remove: ['owed', 'outbox'], fence, absent: [] };
  await engine.store.settle(write);
}

/** Times that a callback may change between its read and its cancellation. */
const MAX_ROUNDS = 4;

/** Within a flow that was cancelled: the callback that an earlier try may have parked must not fire. */
export async function cancelCallback(
  { callback }: NonNullable<Outbox['batch']>,
  { engine, ports }: Ended,
): Promise<void> {
  const { type, key, maxAttempts } = callback;
  const { retention, queueRetention } = engine.definition;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const item = await ports.readCallback(itemId(type, key));
    const nowMs = engine.clock.now();
    const facts = { item, type, key, maxAttempts, retention, queueRetention, inFlows: true, nowMs };
    const step = cancelJob(facts);
    if (step.row === 'none') return;
    const { kind } = await ports.writer(toStatement(ports.table, step.write));
    if (kind === 'written') return;
  }
  throw new WriteError(`callback ${key} changed ${MAX_ROUNDS} times while it was cancelled`);
}
