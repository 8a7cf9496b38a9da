import { fromSqs } from '../../aws/message-attributes.ts';
import { readAttributes } from '../../contract/message-attributes.ts';
import { awsError, type Call, throttled } from '../aws/faults.ts';
import type { StoredMessage } from '../aws/sqs/model.ts';
import type { World } from './model.ts';
import { acceptedIn } from './names-of.ts';

interface Sent {
  readonly QueueUrl?: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: StoredMessage['attributes'];
  readonly Entries?: readonly Omit<Sent, 'Entries' | 'QueueUrl'>[];
}

interface Hidden {
  readonly ReceiptHandle?: string;
  readonly Entries?: readonly { readonly ReceiptHandle?: string }[];
}

/** Looks at what a call to AWS has changed, whoever made it. */
export function reached({ name, input }: Call, types: readonly World[]): void {
  const [first] = types;
  // What a call has made is known before its type's observer looks at it.
  first?.flows?.look();
  const { QueueUrl } = input as Sent;
  const sentTo = name.startsWith('SendMessage') ? types.find(({ queue }) => queue.url === QueueUrl) : undefined;
  if (sentTo !== undefined) first?.flows?.sent(sentTo.subject.definition.type, sentTo.queue);
  for (const { observer } of types) observer.look();
  if (QueueUrl === undefined) return;
  for (const world of types) {
    const { queue, deadLetters, observer } = world;
    if (QueueUrl !== queue.url && QueueUrl !== deadLetters.url) continue;
    if (name.startsWith('ChangeMessageVisibility')) checkHidden(input as Hidden, world);
    if (name.startsWith('SendMessage')) checkSent(input as Sent, world);
    const { MessageAttributes = {} } = input as Sent;
    if (name === 'SendMessage' && QueueUrl === deadLetters.url) observer.deadLetter(MessageAttributes);
  }
}

/** What waits as a foreign message of one job is renamed by the next deploy whose `accept` gives another id. */
function checkHidden({ Entries = [], ReceiptHandle }: Hidden, { queue, observer, subject }: World): void {
  for (const handle of [ReceiptHandle, ...Entries.map((entry) => entry.ReceiptHandle)]) {
    const messageId = handle?.split('/').at(-2);
    const message = queue.messages().find((one) => one.messageId === messageId);
    const jobs = message === undefined ? [] : acceptedIn(message, subject.definition);
    if (jobs.length === 1 && message !== undefined && !observer.refusals.some((sent) => sent.body === message.body))
      observer.violate(`${jobs[0]?.id} waits as the foreign message ${messageId}, not as its envelope`);
  }
}

/** A job that has a name is sent on as its envelope. */
function checkSent({ Entries = [], ...one }: Sent, { observer, subject }: World): void {
  for (const { MessageBody: body = '', MessageAttributes } of [one, ...Entries]) {
    if (readAttributes(fromSqs(MessageAttributes)).own.foreign === true) continue;
    const jobs = acceptedIn({ body, attributes: {}, messageId: '' }, subject.definition);
    if (jobs.length > 0) observer.violate(`a foreign body is sent on as a job of ours: ${body}`);
  }
}

/** Calls to DynamoDB that the engine makes. */
const OF_DYNAMODB = /^(BatchExecuteStatement|BatchGetItem|TransactWrite|UpdateItem|Query)/;

/** An error if an outage refuses the call: every call to the table, or what is sent to one queue. */
export function refusal({ name, input }: Call, types: readonly World[]): Error | undefined {
  const { QueueUrl } = input as Sent;
  for (const { clock, down, queue, deadLetters } of types) {
    if (QueueUrl === undefined && clock.now() < down.dynamoDb && OF_DYNAMODB.test(name)) return throttled();
    if (QueueUrl === deadLetters.url && clock.now() < down.deadLetters)
      return awsError('ServiceUnavailable', 'the dead-letter queue is down', 503);
    if (QueueUrl === queue.url && clock.now() < down.queue && name.startsWith('SendMessage'))
      return awsError('ServiceUnavailable', 'the queue is down', 503);
  }
  return undefined;
}
