import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../../lib/aws/ports.ts';
import { cancel } from '../../../lib/client/cancel-job.ts';
import { queueSettings } from '../../../lib/contract/definition/queue-settings.ts';
import { PermanentError, SnoozeError } from '../../../lib/contract/errors.ts';
import { makeCallTime } from '../../../lib/engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../../lib/engine/calls/events.ts';
import { together } from '../../../lib/engine/calls/sqs.ts';
import { makeWriter } from '../../../lib/engine/calls/writes.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import { runBatch } from '../../../lib/engine/job/batch.ts';
import { dispatch } from '../../../lib/engine/retries/dispatch.ts';
import { makeJobStore } from '../../../lib/engine/table/job-store.ts';
import { receiveDeadLetters } from '../../../lib/operator/dead-letters/receive.ts';
import { sendBack } from '../../../lib/operator/dead-letters/send-back.ts';
import { retryNow } from '../../../lib/operator/jobs/cancel-and-retry.ts';
import { awsError, timeout, toCall } from '../../../lib/testing/aws/faults.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import type { Received } from '../../../lib/testing/aws/sqs/model.ts';
import { makeVirtualClock, type VirtualClock } from '../../../lib/testing/virtual-clock.ts';
import type { Configuration } from './configurations.ts';

export const TABLE = 'jobs';
export const QUEUE_URL = 'https://sqs/queue';
export const DEAD_LETTERS_URL = 'https://sqs/dead-letters';

/** What is read of the inputs of a dozen commands, and of the job that a handler gets. */
export interface Input {
  readonly QueueUrl?: string;
  readonly Entries?: readonly Input[];
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: Received['attributes'];
  readonly DelaySeconds?: number;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
  readonly Statements?: readonly { readonly Statement: string; readonly Parameters?: unknown }[];
  readonly UpdateExpression?: string;
  readonly id?: string;
  readonly key?: string;
  readonly run?: number;
  readonly payload?: { readonly work?: unknown };
}

/** What a process asks for: of AWS, or of the user's handler. */
export interface Request {
  readonly client: 'dynamoDb' | 'sqs' | 'events' | 'handler';
  /** The command without its suffix. */
  readonly name: string;
  readonly input: Input;
}

/** How a process begins. */
export type Start =
  | { readonly who: 'consumer'; readonly nowMs: number; readonly owner: string; readonly message: Received }
  | { readonly who: 'dispatcher' | 'redrive'; readonly nowMs: number }
  | { readonly who: 'cancel' | 'retryNow'; readonly nowMs: number; readonly key: string };

/** What then comes to a process. */
export type Coming =
  /** The answer to its n-th request. */
  | { readonly kind: 'answer'; readonly request: number; readonly value: unknown; readonly atMs: number }
  | { readonly kind: 'error'; readonly request: number; readonly error: string; readonly atMs: number }
  /** Its timers up to now. */
  | { readonly kind: 'time'; readonly atMs: number };

/** How a process stands: what it waits for, or how it ended. */
export interface Standing {
  readonly waits: readonly { readonly request: number; readonly asked: Request }[];
  readonly ended?: { readonly value?: unknown; readonly error?: string };
  readonly nextTimerMs?: number;
}

/**
 * Runs the real code from its beginning over all that came to it so far: it is the code that ships, given its answers one by
 * one. The same past is the same standing, so each is run once.
 */
export async function replay(start: Start, past: readonly Coming[], configuration: Configuration): Promise<Standing> {
  const clock = makeVirtualClock(start.nowMs);
  const asked: { asked: Request; open: boolean; resolve(value: unknown): void; reject(error: unknown): void }[] = [];
  const ask: Ask = (client, name, input) =>
    new Promise((resolve, reject) => {
      const request = { client, name, input: JSON.parse(JSON.stringify(input)) };
      asked.push({ asked: request, open: true, resolve, reject });
    });
  let ended: Standing['ended'];
  run(start, { clock, ask, configuration }).then(
    (value) => {
      ended = { value };
    },
    (error: unknown) => {
      ended = { error: String(error) };
    },
  );
  await clock.advance(0);
  for (const coming of past) {
    await clock.advance(coming.atMs - clock.now());
    if (coming.kind !== 'time') {
      const one = asked[coming.request];
      if (one === undefined)
        throw new RangeError(`request ${coming.request} was never made: the code is not repeatable`);
      one.open = false;
      if (coming.kind === 'answer') one.resolve(JSON.parse(JSON.stringify(coming.value)));
      else one.reject(errorOf(coming.error));
    }
    await clock.advance(0);
  }
  const nextTimerMs = clock.nextTimerMs();
  const waits = asked.flatMap((one, request) => (one.open ? [{ request, asked: one.asked }] : []));
  return { waits, ...(ended !== undefined && { ended }), ...(nextTimerMs !== undefined && { nextTimerMs }) };
}

function errorOf(name: string): Error {
  switch (name) {
    case 'throttled':
      return awsError('ThrottlingException', 'Rate exceeded');
    case 'unanswered':
      return timeout();
    case 'given up':
      return Object.assign(new Error('the request was given up'), { name: 'AbortError' });
    case 'permanent':
      return new PermanentError('it never will');
    case 'snoozes':
      return new SnoozeError(30);
    case 'ConditionalCheckFailedException':
      return awsError(name, 'The conditional request failed');
    default:
      return new Error(name);
  }
}

type Ask = (client: Request['client'], name: string, input: unknown) => Promise<unknown>;

interface Surroundings {
  readonly clock: VirtualClock;
  readonly ask: Ask;
  readonly configuration: Configuration;
}

function run(start: Start, surroundings: Surroundings): Promise<unknown> {
  const { clock, ask, configuration } = surroundings;
  const client = (name: Request['client']) => {
    const send = (command: Parameters<typeof toCall>[0]) => ask(name, toCall(command).name, command.input);
    return { send } as { send: unknown };
  };
  const dynamoDb = client('dynamoDb') as DynamoDb;
  const sqs = client('sqs') as Sqs;
  const table = { dynamoDb: dynamoDb as never, table: TABLE, now: clock.now };
  switch (start.who) {
    case 'consumer':
      return consume(start, { dynamoDb, sqs, events: client('events') as EventBridge }, surroundings);
    case 'dispatcher': {
      const callTime = makeCallTime({ clock, random: () => 0 });
      const basics = { dynamoDb, clock, callTime, sqs, table: TABLE, log: LOG, queueName: () => 'queue' };
      return dispatch({ ...basics, writer: makeWriter(basics), queueUrls: new Map() }, clock.now() + 50_000);
    }
    case 'cancel':
      return cancel(table, configuration.definition, start.key).then(({ row }) => row);
    case 'retryNow':
      return retryNow(table as never, { type: configuration.definition.type, key: start.key }).then(({ row }) => row);
    case 'redrive': {
      const dlq = { sqs: sqs as never, queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTERS_URL };
      return receiveDeadLetters(dlq, { max: 1 })
        .then((found) =>
          sendBack(
            dlq,
            found.map((deadLetter) => ({ deadLetter })),
          ),
        )
        .then(({ sent, left, refused }) => [sent.length, left.length, refused.length]);
    }
  }
}

interface Clients {
  readonly dynamoDb: DynamoDb;
  readonly sqs: Sqs;
  readonly events: EventBridge;
}

/** One invocation with one message, as `lib/engine/consumer.ts` wires it. */
function consume(
  start: Extract<Start, { who: 'consumer' }>,
  { dynamoDb, sqs, events }: Clients,
  { clock, ask, configuration: { definition } }: Surroundings,
): Promise<unknown> {
  const callTime = makeCallTime({ clock, random: () => 0 });
  let begins = 0;
  const nonce = () => `${start.owner}${'+'.repeat(begins++)}`;
  const basics = { clock, random: () => 0, callTime, nonce };
  const engine: Engine = {
    definition,
    perform: (payload, { job: { id, key, run: runNo, attempts } }) =>
      ask('handler', 'perform', { id, key, run: runNo, attempts, payload }),
    settings: queueSettings(definition),
    queueUrl: QUEUE_URL,
    deadLetterQueueUrl: DEAD_LETTERS_URL,
    store: makeJobStore(TABLE, {
      dynamoDb,
      documents: dynamoDb as unknown as DynamoDbDocuments,
      definition,
      ...basics,
    }),
    sqs: together(sqs, callTime),
    publish: makePublish({ openBus: () => makeBus(events), callTime }),
    ...basics,
    log: LOG,
    meter: { count: () => undefined, milliseconds: () => undefined, flush: () => undefined },
    running: new Set(),
    shutdown: new AbortController().signal,
  };
  const endsAtMs = endOf(start, definition);
  const context = { getRemainingTimeInMillis: () => Math.max(0, endsAtMs - clock.now()) } as Context;
  const record = toRecord(start.message, { arn: 'arn:aws:sqs:eu-central-1:123456789012:queue' });
  return runBatch({ Records: [record] }, context, engine).then(({ batchItemFailures }) =>
    batchItemFailures.length === 0 ? 'ack' : 'keep',
  );
}

/** When Lambda kills a consumer that has not ended, epoch ms. */
export const endOf = ({ nowMs }: Pick<Start, 'nowMs'>, definition: Configuration['definition']): number =>
  nowMs + queueSettings(definition).functionTimeoutSeconds * 1000;

const silent = () => undefined;
const LOG = { debug: silent, info: silent, warn: silent, error: silent } as unknown as Logger;
