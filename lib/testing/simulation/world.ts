import { fromSqs, toSqs } from '../../aws/message-attributes.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { readAttributes, writeAttributes } from '../../contract/message-attributes.ts';
import { names } from '../../contract/names.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import type { Clock } from '../../engine/clock.ts';
import { makeMemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { makeMemoryEvents } from '../aws/eventbridge.ts';
import { awsError, type Call, throttled } from '../aws/faults.ts';
import type { MemoryProcess, Moment } from '../aws/lambda/process.ts';
import { makeMemorySqs } from '../aws/sqs/sqs.ts';
import { makeVirtualClock } from '../virtual-clock.ts';
import type { Decisions } from './decisions.ts';
import { disturb } from './disorder.ts';
import type { Outgoing, Subject, World } from './model.ts';
import { namesOf } from './names-of.ts';
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

function reached({ name, input }: Call, { observer, deadLetters }: World): void {
  observer.look();
  const { QueueUrl, MessageAttributes = {} } = input as { QueueUrl?: string; MessageAttributes?: object };
  if (name === 'SendMessage' && QueueUrl === deadLetters.url) observer.deadLetter(MessageAttributes);
}

/** Calls to DynamoDB that the engine makes. */
const OF_DYNAMODB = /^(BatchExecuteStatement|BatchGetItem|TransactWrite|Query)/;

function refusal({ name, input }: Call, { deadLetters, clock, down }: World): Error | undefined {
  if (clock.now() < down.dynamoDb && OF_DYNAMODB.test(name)) return throttled();
  const isDeadLetter = (input as { QueueUrl?: string }).QueueUrl === deadLetters.url;
  if (!isDeadLetter || clock.now() >= down.deadLetters) return undefined;
  return awsError('ServiceUnavailable', 'the dead-letter queue is down', 503);
}

function send(message: Outgoing, { subject, clock, queue, observer, trace, nextMessageId }: World): string {
  const { id, key, payload, runAtMs, maxAttempts, typo, attributes = {} } = message;
  const messageId = nextMessageId();
  const runAt = runAtMs === undefined ? {} : { runAt: new Date(runAtMs).toISOString() };
  // As a producer does: another time at each send. The version before knows a job by its whole body, and takes such a message
  // for another job's: as always, and as long as a deploy takes.
  const createdAt = new Date(subject.older === undefined ? clock.now() : 0).toISOString();
  const options = { ...runAt, ...(maxAttempts && { maxAttempts }), createdAt };
  const body = { ...(id && { id }), ...(key && { key }), ...options, payload };
  const MessageBody = JSON.stringify({ ...body, ...(typo !== undefined && { [typo]: 1 }) });
  const texts = Object.entries(attributes).map(([name, value]) => [name, { type: 'String', value }] as const);
  queue.add({ MessageBody, MessageAttributes: toSqs(Object.fromEntries(texts)) }, messageId);
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
  const named = { jobId, key, ...(jobId !== messageId && { firstMessageId: messageId }) };
  const MessageAttributes = isNamed ? deadLetter.attributes : toSqs(writeAttributes({ own: named, sender }));
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
