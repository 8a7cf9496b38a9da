import { completedEvent, deadLetteredEvent, type JobEvent } from '../../contract/job-event.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';

/** @returns whether EventBridge took it; if not, it is still owed */
export function announceDeath(item: JobItem, message: Message, engine: Engine): Promise<boolean> {
  return tell(deadLetteredEvent(item, eventOrigin(message, engine)), message, engine);
}

/**
 * Tells that a job completed, if its type asks for it. Nothing marks the event as sent: the message stays until it was
 * taken, and every later receive of it, or of a duplicate, tells it again. A mark would cost each job a third write.
 *
 * @returns whether nothing is owed any more
 */
export async function announceCompletion(item: JobItem, message: Message, engine: Engine): Promise<boolean> {
  if (!engine.definition.completionEvent) return true;
  return tell(completedEvent(item, eventOrigin(message, engine)), message, engine);
}

const eventOrigin = ({ group }: Message, { queueUrl }: Engine) => ({ queueUrl, tenant: group });

async function tell(event: JobEvent, message: Message, { publish, log, definition }: Engine): Promise<boolean> {
  try {
    await publish(event, message.trace);
    return true;
  } catch (error) {
    log.error('job.announce-failed', {
      ...messageFields(message, { definition }),
      detailType: event.detailType,
      error: error as Error,
    });
    return false;
  }
}
