import type {
  CancelMessageMoveTaskCommandInput,
  ListMessageMoveTasksCommandInput,
  StartMessageMoveTaskCommandInput,
} from '@aws-sdk/client-sqs';
import { refused } from './limits.ts';
import type { MemoryQueue, Received } from './model.ts';
import type { SqsCommand, SqsService } from './service.ts';

/** A redrive of a dead-letter queue, as the console's "Start DLQ redrive" starts one. */
interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly startedAtMs: number;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure?: string;
}

/** Without a rate of its own a task goes on at once. */
const pauseMs = ({ perSecond }: MoveTask) => (perSecond === undefined ? 0 : 1000 / perSecond);

const missing = (parameter: string) =>
  refused(
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    'ResourceNotFoundException',
    404,
  );

/** StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask: one task of a source at a time. */
export function makeMoveTaskCommands() {
  const tasks: MoveTask[] = [];
  const start: SqsCommand<StartMessageMoveTaskCommandInput> = (input, service) => {
    const source = checkedSource(input, service);
    const running = tasks.some(({ sourceArn, status }) => sourceArn === source.arn && status === 'RUNNING');
    if (running) {
      const rule = 'Only one active task is allowed for a source queue arn at a given time.';
      throw refused(`There is already a task running. ${rule}`);
    }
    const task = makeTask(input, { source, number: tasks.length, nowMs: service.clock.now() });
    tasks.unshift(task);
    moveOn(task, source, service);
    return { TaskHandle: task.handle };
  };
  const list: SqsCommand<ListMessageMoveTasksCommandInput> = ({ SourceArn, MaxResults = 1 }, service) => {
    if (find(service, SourceArn) === undefined) throw missing('SourceArn');
    const own = tasks.filter(({ sourceArn }) => sourceArn === SourceArn);
    return { Results: own.slice(0, MaxResults).map(shown) };
  };
  const cancel: SqsCommand<CancelMessageMoveTaskCommandInput> = ({ TaskHandle = '' }, service) => {
    if (find(service, sourceOf(TaskHandle)) === undefined) throw missing('SourceArn');
    const task = tasks.find(({ handle, status }) => handle === TaskHandle && status === 'RUNNING');
    if (task === undefined) throw refused('Task does not exist.', 'ResourceNotFoundException', 404);
    task.status = 'CANCELLED';
    return { ApproximateNumberOfMessagesMoved: task.moved };
  };
  return { StartMessageMoveTask: start, ListMessageMoveTasks: list, CancelMessageMoveTask: cancel };
}

const find = ({ queues }: SqsService, wanted: string | undefined) => queues().find(({ arn }) => arn === wanted);

/** @throws as SQS refuses a task: the source must be some queue's dead-letter queue, and both must exist */
function checkedSource(
  { SourceArn, DestinationArn }: StartMessageMoveTaskCommandInput,
  service: SqsService,
): MemoryQueue {
  const source = find(service, SourceArn);
  if (source === undefined) throw missing('SourceArn');
  const isDeadLetterQueue = service.queues().some(({ settings }) => settings.redrive?.to.arn === SourceArn);
  if (!isDeadLetterQueue) throw refused('Source queue must be configured as a Dead Letter Queue.');
  if (DestinationArn !== undefined && find(service, DestinationArn) === undefined) throw missing('DestinationArn');
  return source;
}

function makeTask(
  { DestinationArn, MaxNumberOfMessagesPerSecond: perSecond }: StartMessageMoveTaskCommandInput,
  { source, number, nowMs }: { source: MemoryQueue; number: number; nowMs: number },
): MoveTask {
  const taskId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const handle = Buffer.from(JSON.stringify({ taskId, sourceArn: source.arn })).toString('base64');
  const where = { sourceArn: source.arn, destinationArn: DestinationArn };
  const progress = { startedAtMs: nowMs, toMove: source.counts().visible, moved: 0, status: 'RUNNING' as const };
  return { handle, ...where, perSecond, ...progress };
}

/** @throws InvalidParameterValue unless the handle is one */
function sourceOf(handle: string): string {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, 'base64').toString()) as { sourceArn?: unknown };
    if (typeof sourceArn === 'string') return sourceArn;
  } catch {
    // Refused below, as any other handle that nobody was given.
  }
  throw refused('Value for parameter TaskHandle is invalid.');
}

/** Moves what is visible, one message after the other, until nothing is or the task has ended. */
function moveOn(task: MoveTask, source: MemoryQueue, service: SqsService): void {
  service.clock.after(task.moved === 0 ? 0 : pauseMs(task), () => {
    if (task.status !== 'RUNNING') return;
    const [message] = source.receive(1);
    if (message === undefined) task.status = 'COMPLETED';
    else moveOne(task, message, { source, service });
    if (task.status === 'RUNNING') moveOn(task, source, service);
  });
}

/**
 * Sends a message as a new one: new id, new time of enqueue, received never (SQS Developer Guide, "Learn how to configure a
 * dead-letter queue redrive"). Without a destination only one that a redrive policy moved can find home.
 */
function moveOne(
  task: MoveTask,
  message: Received,
  { source, service }: { source: MemoryQueue; service: SqsService },
): void {
  const homeArn = task.destinationArn ?? message.movedFrom;
  const home = find(service, homeArn);
  if (home === undefined) {
    task.status = 'FAILED';
    task.failure = homeArn === undefined ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue';
    source.changeVisibility(message.receiptHandle, 0);
    return;
  }
  const { messageId: _, movedFrom: __, firstReceivedAtMs: ___, receivedAtMs: ____, ...kept } = message;
  const nowMs = service.clock.now();
  const arrival = { messageId: service.nextMessageId(), sentAtMs: nowMs, visibleAtMs: nowMs, receiveCount: 0 };
  source.delete(message.receiptHandle);
  home.move({ ...kept, ...arrival });
  task.moved += 1;
}

/** As ListMessageMoveTasks reports it: the handle only while it runs. */
const shown = ({ handle, status, failure, destinationArn, perSecond, ...task }: MoveTask) => ({
  ...(status === 'RUNNING' && { TaskHandle: handle }),
  Status: status,
  SourceArn: task.sourceArn,
  ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
  ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(failure !== undefined && { FailureReason: failure }),
  StartedTimestamp: task.startedAtMs,
});
