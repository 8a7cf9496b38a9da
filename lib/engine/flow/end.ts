import { isRefusedAhead, isStopped, nextStep } from '../../contract/flow.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import { isOfFlow, type Message } from '../../contract/protocol/message.ts';
import { readError } from '../../contract/thrown.ts';
import { messageFields } from '../logs.ts';
import { publishEnd } from '../message/publish.ts';
import { answer } from './answers.ts';
import { cancelCallback, clearOutbox, type Ended, outboxOf, sendOutbox } from './hand-on.ts';
import type { Outbox } from './outbox.ts';
import type { PlaceEnd } from './places.ts';
import { sendAll, sendReleased } from './send.ts';

/** Whether something may follow from a job's end, beside its event. */
const concerns = (item: JobItem, message: Message): boolean =>
  isOfFlow(message) || item.owed === true || item.passedOn !== undefined;

/**
 * Row `handedOn`: what follows from the end of a job that completed, expired or was cancelled. Each receive of its message does it again,
 * until all of it is done: what was sent already is a duplicate, and a place is ended once. Never throws.
 *
 * @returns whether all of it is done
 */
export async function end(ended: Ended): Promise<boolean> {
  const { item, message, engine } = ended;
  if (!concerns(item, message)) return publishEnd(item, message, engine);
  try {
    if (item.status === 'CANCELLED' || item.status === 'EXPIRED') await endPlace('dead', ended);
    if (item.status !== 'COMPLETED') return await publishEnd(item, message, engine);
    const isOver = await isStoppedFlow(ended);
    const outbox = item.owed ? await outboxOf(ended) : undefined;
    if (isOver) await stop(outbox, ended);
    else await handOn(outbox, ended);
    if (!(await publishEnd(item, message, engine))) return false;
    if (item.owed) await clearOutbox(ended);
    return true;
  } catch (error) {
    engine.log.error('job.hand-on-failed', { ...messageFields(message, engine), error: readError(error) });
    return false;
  }
}

/** Whether the callback of the batch that this job has a place in was cancelled. Asked only of a job that has something to hand on. */
async function isStoppedFlow({ item, message, ports }: Ended): Promise<boolean> {
  const { of } = message.flow ?? {};
  if (of === undefined || (item.owed !== true && message.then === undefined)) return false;
  return isStopped(await ports.readStatus(itemId(of.type, of.key)));
}

/** Nothing is handed on within a cancelled flow. */
async function stop(outbox: Outbox | undefined, ended: Ended): Promise<void> {
  const { item, message, engine } = ended;
  if (outbox?.batch !== undefined) await cancelCallback(outbox.batch, ended);
  engine.log.info('job.flow-cancelled', { ...messageFields(message, engine), attempt: item.attempts });
}

async function handOn(outbox: Outbox | undefined, ended: Ended): Promise<void> {
  const { item, message, engine, ports } = ended;
  const callback = outbox && (await sendOutbox(outbox, ended));
  // It takes nothing over, and no message of its own will end the place.
  if (callback !== undefined && isRefusedAhead(callback)) return endPlace('dead', ended);
  // The callback of its batch has taken over both.
  if (item.passedOn !== undefined) return;
  const next = nextStep(item, message);
  if (next !== undefined) await sendAll([next], message, { engine, ports });
  else await endPlace('completed', ended);
}

/** Row `delivered`, first of all: the place of a job that died. @throws WriteError if the table did not take it */
export async function died(ended: Ended): Promise<void> {
  // Once only the event is pending, all before it is done.
  if (ended.item.undelivered !== 'event') await endPlace('dead', ended);
}

/** Tells whoever waits for the chain, then ends the job's place, if it holds one; the callback that waited for nothing else is sent. */
async function endPlace(how: PlaceEnd, ended: Ended): Promise<void> {
  const { message, engine, ports } = ended;
  await answer(how, ended);
  const { of } = message.flow ?? {};
  if (of === undefined) return;
  const released = await ports.places(of, how);
  if (released !== undefined) await sendReleased(released, engine, ports);
}
