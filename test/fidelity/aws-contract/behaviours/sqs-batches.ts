import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import { pair, sent } from '../../recorded/recordings.ts';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { makeQueue, type Queue, text } from '../queue.ts';

const entries = (...ids: string[]) => ids.map((Id) => ({ Id, MessageBody: `body of ${Id}` }));
const numbered = (count: number) => entries(...Array.from({ length: count }, (_, i) => `message-${i}`));

/** What came of each entry: `sent`, or its code and whose fault it is. */
const outcomes = ({ Successful = [], Failed = [] }: SendMessageBatchCommandOutput) =>
  Object.fromEntries([
    ...Successful.map(({ Id }) => [Id, 'sent']),
    ...Failed.map(({ Id, Code, SenderFault }) => [Id, SenderFault ? `${Code}, the sender’s fault` : Code]),
  ]);

function sendRecorded(id: string, queue: Queue) {
  return queue.sendBatch((sent(pair(id), queue.url) as SendMessageBatchCommandInput).Entries ?? []);
}

export const BATCHES: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'batch-longest',
    what: 'a batch above 1,048,576 bytes is refused as a whole, and nothing of it is sent',
    source: { recorded: 'sqs-batch-too-long' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      return [await refusal(sendRecorded('sqs-batch-too-long', queue)), await queue.got()];
    },
    onAws: [
      {
        name: 'BatchRequestTooLong',
        message: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
        status: 400,
      },
      0,
    ],
  },
  {
    id: 'batch-above-queue-maximum',
    what: 'a queue’s own maximum is of one entry, not of the batch',
    source: { recorded: 'sqs-batch-total-above-queue-maximum' },
    observe: async (aws) =>
      outcomes(
        await sendRecorded('sqs-batch-total-above-queue-maximum', await makeQueue(aws, { MaximumMessageSize: '2048' })),
      ),
    onAws: { 1: 'sent', 2: 'sent' },
  },
  {
    id: 'batch-entry-too-long',
    what: 'an entry above the queue’s maximum fails alone',
    source: { recorded: 'sqs-batch-entry-too-long' },
    observe: async (aws) =>
      outcomes(await sendRecorded('sqs-batch-entry-too-long', await makeQueue(aws, { MaximumMessageSize: '1024' }))),
    onAws: { fits: 'sent', exceeds: 'InvalidParameterValue, the sender’s fault' },
  },
  {
    id: 'batch-entry-characters',
    what: 'an entry with a control character fails alone, the others are sent',
    source: { recorded: 'sqs-batch-invalid-character' },
    async observe(aws) {
      const { Successful = [], Failed = [] } = await sendRecorded('sqs-batch-invalid-character', await makeQueue(aws));
      return { sent: Successful.length, failed: Failed.map(({ Id, Code }) => [Id, Code]) };
    },
    onAws: { sent: 9, failed: [['9', 'InvalidMessageContents']] },
  },
  {
    id: 'batch-entry-delay',
    what: 'an entry delayed by more than 900 s is not sent',
    source: { page: 'SQS API Reference, SendMessageBatchRequestEntry' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const [good, late] = entries('good', 'late');
      if (good === undefined || late === undefined) throw new TypeError('two entries were made');
      const { late: outcome } = await queue.sendBatch([good, { ...late, DelaySeconds: 901 }]).then(outcomes);
      return outcome === 'sent' ? 'sent' : 'not sent';
    },
    onAws: 'not sent',
  },
  {
    id: 'batch-trace',
    what: 'an entry carries a message group and a trace header',
    source: { page: 'SQS API Reference, SendMessageBatchRequestEntry' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const [entry] = entries('a');
      if (entry === undefined) throw new TypeError('an entry was made');
      const MessageSystemAttributes = { AWSTraceHeader: text('Root=1') };
      await queue.sendBatch([{ ...entry, MessageGroupId: 'g', MessageSystemAttributes }]);
      const { MessageGroupId, AWSTraceHeader } = (await queue.receiveOne()).Attributes ?? {};
      return [MessageGroupId, AWSTraceHeader];
    },
    onAws: ['g', 'Root=1'],
  },
  {
    id: 'batch-entries',
    what: 'a batch has 1 to 10 entries',
    source: { recorded: 'sqs-batch-too-many' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      return [await outcome(queue.sendBatch(numbered(10))), await outcome(queue.sendBatch(numbered(20)))];
    },
    onAws: ['accepted', 'TooManyEntriesInBatchRequest'],
  },
  {
    id: 'batch-empty',
    what: 'an empty batch is refused',
    source: { recorded: 'test_send_message_batch_with_empty_list' },
    observe: async (aws) => outcome((await makeQueue(aws)).sendBatch([])),
    onAws: 'EmptyBatchRequest',
  },
  {
    id: 'batch-entry-ids',
    what: 'an entry id is 1 to 80 of letters, digits, hyphen and underscore',
    source: { recorded: 'sqs-batch-invalid-entry-id' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const ids = ['a-Z_9', 'message:1', 'a.b', 'a'.repeat(80), 'a'.repeat(81)];
      const outcomes: string[] = [];
      for (const id of ids) outcomes.push(await outcome(queue.sendBatch(entries(id))));
      return outcomes;
    },
    onAws: ['accepted', 'InvalidBatchEntryId', 'InvalidBatchEntryId', 'accepted', 'InvalidBatchEntryId'],
  },
  {
    id: 'batch-ids-distinct',
    what: 'two entries with one id are refused',
    source: { page: 'SQS API Reference, SendMessageBatch (BatchEntryIdsNotDistinct)' },
    observe: async (aws) => outcome((await makeQueue(aws)).sendBatch(entries('a', 'a'))),
    onAws: 'BatchEntryIdsNotDistinct',
  },
  {
    id: 'batch-delete-ids',
    what: 'a batch of deletions has the same rules for its entries',
    source: { recorded: 'test_delete_message_batch_invalid_msg_id' },
    async observe(aws) {
      const { url: QueueUrl } = await makeQueue(aws);
      const remove = (ids: string[]) =>
        outcome(
          aws.sqs.send(
            new DeleteMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, ReceiptHandle: 'x' })) }),
          ),
        );
      return [await remove(['invalid:id']), await remove(numbered(20).map(({ Id }) => Id))];
    },
    onAws: ['InvalidBatchEntryId', 'TooManyEntriesInBatchRequest'],
  },
  {
    id: 'batch-visibility-entries',
    what: 'a batch of visibility changes has at most ten entries',
    source: { recorded: 'test_change_message_visibility_batch_with_too_large_batch' },
    async observe(aws) {
      const { url: QueueUrl } = await makeQueue(aws);
      const Entries = numbered(20).map(({ Id }) => ({ Id, ReceiptHandle: 'x', VisibilityTimeout: 0 }));
      return outcome(aws.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })));
    },
    onAws: 'TooManyEntriesInBatchRequest',
  },
  {
    id: 'batch-delete-fails-alone',
    what: 'a made-up handle fails its entry alone',
    source: { page: 'SQS API Reference, DeleteMessageBatch' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send();
      const { ReceiptHandle } = await queue.receiveOne();
      const Entries = [
        { Id: 'good', ReceiptHandle },
        { Id: 'bad', ReceiptHandle: 'garbage' },
      ];
      const { Successful = [], Failed = [] } = await aws.sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }),
      );
      return [Successful.map(({ Id }) => Id), Failed.map(({ Id, Code }) => [Id, Code])];
    },
    onAws: [['good'], [['bad', 'ReceiptHandleIsInvalid']]],
  },
];
