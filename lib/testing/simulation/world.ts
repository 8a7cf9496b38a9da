import { fromSqs, toSqs } from '../../aws/message-attributes.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import {
  ENVELOPE_MARK,
  type MessageAttributes,
  readAttributes,
  writeAttributes,
} from '../../contract/message-attributes.ts';
import { names } from '../../contract/names.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import type { Clock } from '../../engine/clock.ts';
import { makeMemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { makeMemoryEvents } from '../aws/eventbridge.ts';
import { awsError, type Call, throttled } from '../aws/faults.ts';
import type { MemoryProcess, Moment } from '../aws/lambda/process.ts';
import type { StoredMessage } from '../aws/sqs/model.ts';
import { makeMemorySqs } from '../aws/sqs/sqs.ts';
import { makeVirtualClock } from '../virtual-clock.ts';
import type { Decisions } from './decisions.ts';
import { disturb } from './disorder.ts';
import type { Outgoing, Subject, World } from './model.ts';
import { acceptedIn, namesOf } from './names-of.ts';
import { chancesWith, type NetworkFault } from './network-faults.ts';
import { startUpgrade } from './next-version.ts';
import type { Trace } from './observed.ts';
import { makeObserver } from './observer.ts';

const STAGE = 'sim';
const DAY_MS = 24 * 3600 * 1000;

export interface WorldOptions {
  readonly trace?: ((atMs: number, who: string, what: string) => void) | undefined;
  readonly plan?: (call: Call) => NetworkFault | undefined;
  readonly dies?: (moment: Moment) => boolean;
  /** The schedule is full of this fault. */
  readonly often?: NetworkFault | undefined;
}

/** The table, the queues and the bus, as the stacks make them. */
function deploy({ definition, tables, maxItemBytes }: Subject, clock: Clock) {
  const jobsTable = names.jobsTable(STAGE);
  const settings = queueSettings(definition);
  const sqs = makeMemorySqs(clock);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: (14 * DAY_MS) / 1000,
  });
  const policy = { maxReceiveCount: settings.maxReceiveCount, to: deadLetters };
  const queue = sqs.createQueue(names.queue(STAGE, definition.type), { ...settings, redrive: policy });
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [jobsTable]: ['id'], ...tables }, maxItemBytes });
  return { jobsTable, settings, sqs, queue, deadLetters, dynamoDb, bus: makeMemoryEvents() };
}

export function makeWorld(subject: Subject, decisions: Decisions, options: WorldOptions = {}): World {
  const clock = makeVirtualClock();
  const deployed = deploy(subject, clock);
  const { dynamoDb, queue, deadLetters, jobsTable, settings } = deployed;
  if (options.plan === undefined) for (const each of [queue, deadLetters]) disturb(each, decisions);
  const { type } = subject.definition;
  const { trace: line } = options;
  const trace: Trace | undefined = line && ((who, what) => line(clock.now(), who, what));
  const owners = new Map<string, MemoryProcess>();
  let sent = 0;
  const item = (key: string): JobItem | undefined => dynamoDb.item(jobsTable, itemId(type, key));
  const raw = (key: string) => dynamoDb.table(jobsTable).get({ id: { S: itemId(type, key) } });
  // One that gave a write up for want of an answer, or of time, may not know what it began.
  const isAlive = (owner: string) => owners.get(owner)?.alive === true && world.outages === 0;
  const queued = () => deployed.queue.messages().length;
  const crashes = () => world.crashes;
  const stormy = () => world.stormy || world.plan !== undefined;
  const observer = makeObserver({ clock, item, raw, isAlive, trace, subject, settings, stormy, queued, crashes });
  const world: World = {
    ...deployed,
    ...{ subject, decisions, clock, observer, trace, item },
    plan: options.plan,
    dies: options.dies,
    chances: chancesWith(options.often),
    stormy: true,
    down: { consumer: 0, dispatcher: 0, deadLetters: 0, dynamoDb: 0 },
    warm: [],
    upgrade: subject.upgrades ? startUpgrade(decisions) : undefined,
    crashesLeft: subject.crashes,
    outages: 0,
    deaths: 0,
    crashes: 0,
    reached: (call) => reached(call, world),
    refusal: (call) => refusal(call, world),
    nonce(process) {
      const owner = `owner-${owners.size + 1}`;
      owners.set(owner, process);
      return owner;
    },
    nextMessageId: () => (subject.older === undefined ? `m${++sent}` : uuid(++sent)),
    send: (message) => send(message, world),
  };
  return world;
}

/** Of the form that SQS's message ids have. */
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function reached({ name, input }: Call, world: World): void {
  const { observer, deadLetters } = world;
  observer.look();
  if (name.startsWith('ChangeMessageVisibility')) checkHidden(input, world);
  if (name.startsWith('SendMessage')) checkSent(input, world);
  const { QueueUrl, MessageAttributes = {} } = input as { QueueUrl?: string; MessageAttributes?: object };
  if (name === 'SendMessage' && QueueUrl === deadLetters.url) observer.deadLetter(MessageAttributes);
}

interface Hidden {
  readonly ReceiptHandle?: string;
  readonly Entries?: readonly { readonly ReceiptHandle?: string }[];
}

/** What waits as a foreign message of one job is renamed by the next deploy whose `accept` gives another id. */
function checkHidden(input: unknown, { queue, observer, subject }: World): void {
  const { Entries = [], ReceiptHandle } = input as Hidden;
  for (const handle of [ReceiptHandle, ...Entries.map((entry) => entry.ReceiptHandle)]) {
    const messageId = handle?.split('/').at(-2);
    const message = queue.messages().find((one) => one.messageId === messageId);
    const jobs = message === undefined ? [] : acceptedIn(message, subject.definition);
    if (jobs.length === 1 && message !== undefined && !observer.refusals.some((sent) => sent.body === message.body))
      observer.violate(`${jobs[0]?.id} waits as the foreign message ${messageId}, not as its envelope`);
  }
}

interface Sent {
  readonly MessageBody?: string;
  readonly MessageAttributes?: StoredMessage['attributes'];
  readonly Entries?: readonly Omit<Sent, 'Entries'>[];
}

/** A job that has a name is sent on as its envelope. */
function checkSent(input: unknown, { observer, subject }: World): void {
  const { Entries = [], ...one } = input as Sent;
  for (const { MessageBody: body = '', MessageAttributes } of [one, ...Entries]) {
    if (readAttributes(fromSqs(MessageAttributes)).own.foreign === true) continue;
    const jobs = acceptedIn({ body, attributes: {}, messageId: '' }, subject.definition);
    if (jobs.length > 0) observer.violate(`a foreign body is sent on as a job of ours: ${body}`);
  }
}

/** Calls to DynamoDB that the engine makes. */
const OF_DYNAMODB = /^(BatchExecuteStatement|BatchGetItem|TransactWrite|Query)/;

function refusal({ name, input }: Call, { deadLetters, clock, down }: World): Error | undefined {
  if (clock.now() < down.dynamoDb && OF_DYNAMODB.test(name)) return throttled();
  const isDeadLetter = (input as { QueueUrl?: string }).QueueUrl === deadLetters.url;
  if (!isDeadLetter || clock.now() >= down.deadLetters) return undefined;
  return awsError('ServiceUnavailable', 'the dead-letter queue is down', 503);
}

/** What a producer of ours marks its messages with, where the type has `accept`. */
export const markOf = ({ accept }: JobDefinition): MessageAttributes => (accept === undefined ? {} : ENVELOPE_MARK);

/** A message that is not ours. Its jobs are those that `accept` makes of it. */
function sendForeign({ attributes = {}, typo }: Outgoing, MessageBody: string, world: World): string {
  const { queue, observer, trace, nextMessageId, subject } = world;
  const messageId = nextMessageId();
  queue.add({ MessageBody, MessageAttributes: toSqs(textsOf(attributes)) }, messageId);
  trace?.('somebody', `sends a foreign message (${messageId}): ${MessageBody}`);
  if (typo !== undefined) observer.refused({ messageId, key: messageId, body: MessageBody });
  else {
    const jobs = acceptedIn({ messageId, body: MessageBody, attributes: {} }, subject.definition);
    for (const { id, key = id, payload } of jobs) observer.watch({ jobId: id, key, payload });
  }
  return messageId;
}

const textsOf = (attributes: Readonly<Record<string, string>>): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { type: 'String', value }]));

function send(message: Outgoing, world: World): string {
  if (message.foreign !== undefined) return sendForeign(message, message.foreign, world);
  const { subject, clock, queue, observer, trace, nextMessageId } = world;
  const { id, key, payload, runAtMs, maxAttempts, typo, attributes = {} } = message;
  const messageId = nextMessageId();
  const runAt = runAtMs === undefined ? {} : { runAt: new Date(runAtMs).toISOString() };
  // As a producer does: another time at each send. The version before knows a job by its whole body, and takes such a message
  // for another job's: as always, and as long as a deploy takes.
  const createdAt = new Date(subject.older === undefined ? clock.now() : 0).toISOString();
  const options = { ...runAt, ...(maxAttempts && { maxAttempts }), createdAt };
  const body = { ...(id && { id }), ...(key && { key }), ...options, payload };
  const MessageBody = JSON.stringify({ ...body, ...(typo !== undefined && { [typo]: 1 }) });
  const MessageAttributes = toSqs({ ...textsOf(attributes), ...markOf(subject.definition) });
  queue.add({ MessageBody, MessageAttributes }, messageId);
  const jobId = id ?? messageId;
  trace?.('producer', `sends ${jobId}${key === undefined ? '' : ` with key ${key}`} (message ${messageId})`);
  observer.watch({ jobId, key: key ?? jobId, payload });
  if (typo !== undefined) observer.refused({ messageId, key: key ?? jobId, body: MessageBody });
  return messageId;
}

/**
 * A dead letter sent back as it is, or with a corrected body. One of ours carries its names; a message that SQS moved is
 * given those that it had there.
 */
export function redrive(
  world: World,
  messageId: string,
  options: { correctedBody?: string; keep?: boolean } = {},
): void {
  const deadLetter = world.deadLetters.messages().find((message) => message.messageId === messageId);
  if (deadLetter === undefined) return;
  const { own, sender, formerJobId } = readAttributes(fromSqs(deadLetter.attributes));
  const { jobId, key } = namesOf(deadLetter);
  const isNamed = own.jobId !== undefined || formerJobId !== undefined;
  const named = {
    ...{ jobId, key, ...(jobId !== messageId && { firstMessageId: messageId }) },
    // SQS moved it before anybody asked `accept`.
    ...(own.envelope !== true && world.subject.definition.accept !== undefined && { foreign: true as const }),
  };
  const isCorrected = options.correctedBody !== undefined && own.foreign === true;
  const { foreign: _, ...corrected } = own;
  const written = isCorrected ? corrected : named;
  const MessageAttributes =
    isNamed && !isCorrected ? deadLetter.attributes : toSqs(writeAttributes({ own: written, sender }));
  const MessageBody = options.correctedBody ?? deadLetter.body;
  world.queue.add({ MessageBody, MessageAttributes }, world.nextMessageId());
  // Moving deletes by no receipt handle: the one made up here is older than none.
  if (!options.keep) world.deadLetters.delete(`${world.deadLetters.name}/${messageId}/Infinity`);
  const payload = payloadOf(MessageBody);
  world.trace?.('operator', `redrives ${jobId}${options.correctedBody === undefined ? '' : ' with a corrected body'}`);
  world.observer.redriven({ jobId, run: own.run ?? 0, payload });
}

function payloadOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { payload?: unknown }).payload;
  } catch {
    return undefined;
  }
}
