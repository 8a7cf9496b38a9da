import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { countOf, makeQueue, makeQueueWithDeadLetters, type Queue, text } from '../queue.ts';
import { moved } from './sqs-redrive.ts';

const REDRIVE = 'SQS Developer Guide, "Learn how to configure a dead-letter queue redrive"';
const TROUBLE = 'SQS Developer Guide, "Troubleshooting DLQ redrive"';

async function start(
  { sqs }: AwsWithSqs,
  from: Queue,
  to?: Queue,
  more: { MaxNumberOfMessagesPerSecond?: number } = {},
) {
  const DestinationArn = to && (await to.arn());
  return sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: await from.arn(),
      ...(DestinationArn && { DestinationArn }),
      ...more,
    }),
  );
}

/** The task once it has ended. */
async function ended(aws: AwsWithSqs, from: Queue): Promise<ListMessageMoveTasksResultEntry> {
  for (let tries = 0; tries < 40; tries++) {
    const SourceArn = await from.arn();
    const { Results: [task] = [] } = await aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
    if (task !== undefined && task.Status !== 'RUNNING' && task.Status !== 'CANCELLING') return task;
    await aws.wait(0.25);
  }
  throw new Error('the task did not end');
}

/** Dead letters that a consumer sent itself. */
async function withDeadLetters(aws: AwsWithSqs, count: number) {
  const queues = await makeQueueWithDeadLetters(aws, 3);
  for (let i = 0; i < count; i++) {
    await queues.deadLetters.send({ MessageBody: `dead letter ${i}`, MessageAttributes: { jobId: text(`job-${i}`) } });
  }
  return queues;
}

const cancel = ({ sqs }: AwsWithSqs, TaskHandle: string) => sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

export const MOVE_TASKS: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'move-to-source',
    what: 'a task without a destination brings what a redrive policy moved back to its own queue',
    source: { recorded: 'test_move_task_workflow_with_default_destination' },
    async observe(aws) {
      const { queue, deadLetters } = await moved(aws);
      await start(aws, deadLetters);
      const { Body } = await queue.receiveOne({ WaitTimeSeconds: 10 });
      const { Status, ApproximateNumberOfMessagesMoved: count } = await ended(aws, deadLetters);
      return [Body, Status, count];
    },
    onAws: ['message-1', 'COMPLETED', 1],
  },
  {
    id: 'move-is-new',
    what: 'a message that a task moved is a new one: another id, received for the first time',
    source: { page: REDRIVE },
    async observe(aws) {
      const { queue, deadLetters, message } = await moved(aws);
      await start(aws, deadLetters);
      const back = await queue.receiveOne({ WaitTimeSeconds: 10 });
      return { sameId: back.MessageId === message.MessageId, count: countOf(back) };
    },
    onAws: { sameId: false, count: 1 },
  },
  {
    id: 'move-own-dead-letters',
    what: 'dead letters that a consumer sent itself have no queue to go back to: the task fails, they stay',
    source: { page: TROUBLE },
    async observe(aws) {
      const { deadLetters } = await withDeadLetters(aws, 1);
      await start(aws, deadLetters);
      const { Status, FailureReason } = await ended(aws, deadLetters);
      return [Status, FailureReason, await deadLetters.got({ WaitTimeSeconds: 2 })];
    },
    onAws: ['FAILED', 'CouldNotDetermineMessageSource', 1],
  },
  {
    id: 'move-to-custom-destination',
    what: 'with a custom destination such dead letters move, attributes and all',
    source: { recorded: 'test_basic_move_task_workflow' },
    async observe(aws) {
      const { queue, deadLetters } = await withDeadLetters(aws, 1);
      await start(aws, deadLetters, queue);
      const { Body, MessageAttributes } = await queue.receiveOne({
        WaitTimeSeconds: 10,
        MessageAttributeNames: ['All'],
      });
      return [Body, MessageAttributes?.jobId?.StringValue];
    },
    onAws: ['dead letter 0', 'job-0'],
  },
  {
    id: 'move-needs-dead-letter-queue',
    what: 'the source must be some queue’s dead-letter queue',
    source: { recorded: 'test_source_needs_redrive_policy' },
    async observe(aws) {
      return refusal(start(aws, await makeQueue(aws), await makeQueue(aws)));
    },
    onAws: {
      name: 'InvalidParameterValue',
      message: 'Source queue must be configured as a Dead Letter Queue.',
      status: 400,
    },
  },
  {
    id: 'move-needs-destination',
    what: 'a destination must exist',
    source: { recorded: 'test_destination_needs_to_exist' },
    async observe(aws) {
      const { deadLetters } = await withDeadLetters(aws, 0);
      const SourceArn = await deadLetters.arn();
      const DestinationArn = `${SourceArn}-never-created`;
      return refusal(aws.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn })));
    },
    onAws: {
      name: 'ResourceNotFoundException',
      message: "The resource that you specified for the DestinationArn parameter doesn't exist.",
      status: 404,
    },
  },
  {
    id: 'move-one-at-a-time',
    what: 'a source has one task at a time; its handle is shown while it runs',
    source: { recorded: 'test_start_multiple_move_tasks' },
    async observe(aws) {
      const { queue, deadLetters } = await withDeadLetters(aws, 4);
      const { TaskHandle } = await start(aws, deadLetters, queue, { MaxNumberOfMessagesPerSecond: 1 });
      const second = await outcome(start(aws, deadLetters, queue));
      const SourceArn = await deadLetters.arn();
      const { Results: [task] = [] } = await aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
      return [second, task?.Status, task?.TaskHandle === TaskHandle, task?.MaxNumberOfMessagesPerSecond];
    },
    onAws: ['InvalidParameterValue', 'RUNNING', true, 1],
  },
  {
    id: 'move-cancelled',
    what: 'a cancelled task leaves the rest where it is',
    source: { recorded: 'test_move_task_cancel' },
    async observe(aws) {
      const { queue, deadLetters } = await withDeadLetters(aws, 4);
      const { TaskHandle = '' } = await start(aws, deadLetters, queue, { MaxNumberOfMessagesPerSecond: 1 });
      await aws.wait(0.5);
      const { ApproximateNumberOfMessagesMoved: count = 9 } = await cancel(aws, TaskHandle);
      const task = await ended(aws, deadLetters);
      return [count < 4, task.Status, task.TaskHandle, (await deadLetters.got({ WaitTimeSeconds: 2 })) > 0];
    },
    onAws: [true, 'CANCELLED', undefined, true],
  },
  {
    id: 'move-cancel-refused',
    what: 'a handle that is none, and one of no task, are refused',
    source: { recorded: 'test_cancel_with_invalid_task_handle' },
    async observe(aws) {
      const { deadLetters } = await withDeadLetters(aws, 0);
      const sourceArn = await deadLetters.arn();
      const unknown = Buffer.from(JSON.stringify({ taskId: '10f6f8c9-3c5e-4a5b-9f7e-0b1f6a1c7e55', sourceArn }));
      return [await outcome(cancel(aws, 'foobared')), await outcome(cancel(aws, unknown.toString('base64')))];
    },
    onAws: ['InvalidParameterValue', 'ResourceNotFoundException'],
  },
];
