import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { notInFlow } from '../../contract/protocol/not-in-flow.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { publishEnd } from '../message/publish.ts';
import type { MessageOutcome } from '../message/wait.ts';

/** What follows from the end of a job that completed, expired or was cancelled. Each receive of its message does it again. */
export async function ended(item: JobItem, message: Message, engine: Engine): Promise<MessageOutcome> {
  const { flow } = engine;
  if (flow === undefined && item.owed) {
    // A deploy has taken its type out of flows: the one that puts it back sends what it staged.
    engine.log.error('job.hand-on-failed', {
      ...messageFields(message, engine),
      error: readError(notInFlow(engine.definition.type)),
    });
    return 'keep';
  }
  const isDone = flow ? await flow.end(item, message, engine) : await publishEnd(item, message, engine);
  return isDone ? 'ack' : 'keep';
}
