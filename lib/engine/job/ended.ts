import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import type { Engine } from '../engine.ts';
import { publishCompleted } from '../message/publish.ts';
import type { MessageOutcome } from '../message/wait.ts';

/** What follows from the end of a job that completed or was cancelled. Each receive of its message does it again. */
export async function ended(item: JobItem, message: Message, engine: Engine): Promise<MessageOutcome> {
  const { flow } = engine;
  const isDone = flow
    ? await flow.end(item, message, engine)
    : item.status !== 'COMPLETED' || (await publishCompleted(item, message, engine));
  return isDone ? 'ack' : 'keep';
}
