import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { countOf, makeQueue } from '../queue.ts';

const CHANGE = 'SQS API Reference, ChangeMessageVisibility';

/** A queue with one message that was just received. */
async function received(aws: AwsWithSqs, visibilitySeconds = 30) {
  const queue = await makeQueue(aws, { VisibilityTimeout: String(visibilitySeconds) });
  await queue.send();
  return { queue, first: await queue.receiveOne() };
}

export const VISIBILITY: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'visibility-ends',
    what: 'a message that was not deleted comes back, with the same id, the next count and a new handle',
    source: { recorded: 'test_receive_message_attribute_names_filters' },
    async observe(aws) {
      const { queue, first } = await received(aws, 1);
      const between = await queue.got();
      const second = await queue.receiveOne({ WaitTimeSeconds: 4 });
      const same = [second.MessageId === first.MessageId, second.ReceiptHandle === first.ReceiptHandle];
      return [between, countOf(first), countOf(second), ...same];
    },
    onAws: [0, 1, 2, true, false],
  },
  {
    id: 'visibility-zero',
    what: 'a visibility of 0 gives the message back at once; the next receive has the queue’s whole timeout',
    source: { recorded: 'test_change_message_visibility_not_permanent' },
    async observe(aws) {
      const { queue, first } = await received(aws);
      await queue.hide(first, 0);
      return [countOf(await queue.receiveOne()), await queue.got()];
    },
    onAws: [2, 0],
  },
  {
    id: 'visibility-after-expiry',
    what: 'a visibility is set anew after it ran out, and hides the message again',
    source: { recorded: 'sqs-visibility-after-expiry' },
    async observe(aws) {
      const { queue, first } = await received(aws, 1);
      // LocalStack looks for what ran out each second.
      await aws.wait(2.5);
      return [await outcome(queue.hide(first, 30)), await queue.got()];
    },
    onAws: ['accepted', 0],
  },
  {
    id: 'visibility-older-handle',
    what: 'the handle of an earlier receive still changes the visibility: SQS fences nothing',
    source: { recorded: 'sqs-visibility-older-handle' },
    async observe(aws) {
      const { queue, first } = await received(aws);
      await queue.hide(first, 0);
      await queue.receiveOne();
      await queue.hide(first, 0);
      return countOf(await queue.receiveOne());
    },
    onAws: 3,
  },
  {
    id: 'visibility-limits',
    what: 'a visibility is 0 to 43,200 s',
    source: { page: CHANGE },
    async observe(aws) {
      const { queue, first } = await received(aws);
      return [await outcome(queue.hide(first, 43_201)), await outcome(queue.hide(first, -1))];
    },
    onAws: ['InvalidParameterValue', 'InvalidParameterValue'],
  },
  {
    id: 'visibility-twelve-hours',
    what: 'a visibility reaches 43,200 s from the receive: later it can be less only',
    source: { page: `${CHANGE}; SQS Developer Guide, "Amazon SQS visibility timeout"` },
    async observe(aws) {
      const { queue, first } = await received(aws);
      await aws.wait(1.2);
      return [await outcome(queue.hide(first, 43_200)), await outcome(queue.hide(first, 43_190))];
    },
    onAws: ['InvalidParameterValue', 'accepted'],
  },
  {
    id: 'visibility-of-deleted',
    what: 'the visibility of a deleted message cannot be changed',
    source: { recorded: 'sqs-visibility-deleted' },
    async observe(aws) {
      const { queue, first } = await received(aws);
      await queue.delete(first);
      return outcome(queue.hide(first, 42));
    },
    onAws: 'InvalidParameterValue',
  },
  {
    id: 'handle-made-up',
    what: 'a made-up handle is refused',
    source: { recorded: 'sqs-visibility-invalid-handle' },
    async observe(aws) {
      const { queue } = await received(aws);
      const garbage = { ReceiptHandle: 'garbage' };
      return [await refusal(queue.delete(garbage)), await outcome(queue.hide(garbage, 60))];
    },
    onAws: [
      {
        name: 'ReceiptHandleIsInvalid',
        message: 'The input receipt handle "garbage" is not a valid receipt handle.',
        status: 400,
      },
      'ReceiptHandleIsInvalid',
    ],
  },
  {
    id: 'delete-after-expiry',
    what: 'a deletion works after the visibility ran out',
    source: { recorded: 'sqs-delete-after-expiry' },
    async observe(aws) {
      const { queue, first } = await received(aws, 1);
      await aws.wait(1.5);
      await queue.delete(first);
      return queue.got({ WaitTimeSeconds: 1 });
    },
    onAws: 0,
  },
  {
    id: 'delete-twice',
    what: 'a deletion of what is deleted succeeds',
    source: { recorded: 'test_delete_message_with_deleted_receipt_handle' },
    async observe(aws) {
      const { queue, first } = await received(aws);
      return [await outcome(queue.delete(first)), await outcome(queue.delete(first))];
    },
    onAws: ['accepted', 'accepted'],
  },
];
