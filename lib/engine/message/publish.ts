import { completedEvent, deadLetteredEvent, expiredEvent, type JobEvent } from '../../contract/job-event.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';

/** Publishes that a job was dead-lettered. @returns whether EventBridge took the event; if not, it is still pending */
export function publishDeadLettered(item: JobItem, message: Message, engine: Engine): Promise<boolean> {
  return publish(deadLetteredEvent(item, eventOrigin(message, engine)), message, engine);
}

/**
 * Publishes that a job expired, or, if its type asks for it, that it completed; of a cancellation nothing is said. Nothing in the table marks the event as published, which
 * would cost each job a third write. Instead the message stays until EventBridge took the event; its next receive
 * publishes it again.
 *
 * @returns whether no event is pending any more
 */
export async function publishEnd(item: JobItem, message: Message, engine: Engine): Promise<boolean> {
  const { status } = item;
  if (status === 'EXPIRED') return publish(expiredEvent(item, eventOrigin(message, engine)), message, engine);
  if (status !== 'COMPLETED' || !engine.definition.completionEvent) return true;
  return publish(completedEvent(item, eventOrigin(message, engine)), message, engine);
}

const eventOrigin = ({ group }: Message, { queueUrl, definition }: Engine) => ({
  ...{ queueUrl, tenant: group, errorMessage: definition.eventErrorMessage },
});

async function publish(event: JobEvent, message: Message, engine: Engine): Promise<boolean> {
  try {
    await engine.publish(event, message.trace);
    return true;
  } catch (error) {
    engine.log.error('job.publish-failed', {
      ...messageFields(message, engine),
      detailType: event.detailType,
      error: readError(error),
    });
    return false;
  }
}
