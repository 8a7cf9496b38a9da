import { errorName } from '../../aws/errors.ts';
import { type Answer, answerIn } from '../../contract/protocol/answer.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { readError } from '../../contract/thrown.ts';
import { readItems } from '../calls/reads.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import type { Ended } from './hand-on.ts';
import type { PlaceEnd } from './places.ts';
import type { FlowPorts } from './ports.ts';
import type { Failure, Tell } from './tell.ts';

/** The other side is over: it no longer waits, or never did. */
const OVER = /^(TaskTimedOut|TaskDoesNotExist|InvalidToken|CallbackTimeout(Exception)?)$/;
/** Step Functions API reference, SendTaskFailure: `error` has 256 characters, `cause` 32,768. */
export const MAX_ERROR = 256;

/**
 * Tells whoever waits for the chain that it completed; or that one of its jobs died, expired or was cancelled.
 *
 * @throws what the SDK throws: it must be told again
 */
export async function answer(how: PlaceEnd, ended: Ended): Promise<void> {
  const waiting = answerIn(ended.message.then);
  if (waiting === undefined) return;
  if (how === 'dead') return told(waiting, ended, (tell, id) => tell.failure(id, failureOf(ended.item)));
  const output = JSON.stringify(await resultOf(ended)) ?? 'null';
  return told(waiting, ended, (tell, id) => tell.success(id, output));
}

function failureOf({ status, reason = 'PermanentError', error }: JobItem): Failure {
  if (status === 'EXPIRED') return { error: 'JobExpired', cause: error?.message ?? 'the job expired' };
  if (status === 'CANCELLED') return { error: 'JobCancelled', cause: 'the job was cancelled' };
  return { error: reason.slice(0, MAX_ERROR), cause: error === undefined ? reason : `${error.name}: ${error.message}` };
}

/** Says that the job is alive. It never fails: the next one comes, and the other side has a time of its own. */
export function beat(message: Message, engine: Engine, ports: FlowPorts): void {
  const waiting = answerIn(message.then);
  if (waiting === undefined) return;
  const { tell, id } = tellerOf(waiting, ports);
  void tell?.heartbeat(id).catch((error: unknown) => {
    engine.log.warn('job.heartbeat-failed', { ...messageFields(message, engine), error: readError(error) });
  });
}

const tellerOf = (answer: Answer, { tellers: { stepFunctions, durableFunctions } }: FlowPorts) =>
  'taskToken' in answer
    ? { tell: stepFunctions, id: answer.taskToken }
    : { tell: durableFunctions, id: answer.durableCallbackId };

async function told(
  answer: Answer,
  { message, engine, ports }: Ended,
  say: (tell: Tell, id: string) => Promise<unknown>,
): Promise<void> {
  const { tell, id } = tellerOf(answer, ports);
  if (tell === undefined) throw new TypeError('its client is not in the bundle: write answers in the definition');
  try {
    await say(tell, id);
  } catch (error) {
    if (!OVER.test(errorName(error))) throw error;
    engine.log.warn('job.answer-too-late', { ...messageFields(message, engine), errorName: errorName(error) });
  }
}

/** What the handler returned. A duplicate's item is known without it. */
async function resultOf({ item, ports: { table, dynamoDb }, engine }: Ended): Promise<unknown> {
  if (item.result !== undefined) return item.result;
  const found = await readItems({ table, names: ['id', 'result'] }, [item.id], { dynamoDb, callTime: engine.callTime });
  return found.get(item.id)?.result;
}
