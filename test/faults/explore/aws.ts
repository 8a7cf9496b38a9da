import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { makeMemoryDynamoDb } from '../../../lib/testing/aws/dynamodb/dynamodb.ts';
import type { Item } from '../../../lib/testing/aws/dynamodb/values.ts';
import { type Interner, makeInterner } from './intern.ts';
import { lasting } from './lasting.ts';
import { Missing, type Processes } from './processes.ts';
import { DEAD_LETTERS_URL, type Input, QUEUE_URL, type Request, TABLE } from './replay.ts';
import type { Message, State } from './state.ts';

/** A dead letter. */
export type Letter = Pick<Message, 'body' | 'attributes'>;

/** What a request came to: its answer by number, or the name of an error. The state is changed. */
export type Answered = { readonly answer: number } | { readonly error: string };

/** AWS over a state: DynamoDB is that of `lib/testing`, SQS what the engine uses of it. */
export interface Aws {
  readonly items: Interner<Item>;
  readonly messages: Interner<Message>;
  readonly letters: Interner<Letter>;
  readonly jobs: (itemId: number) => JobItem;
  /** Carries a request out. @throws Missing */
  carryOut(state: State, requestId: number): Answered;
  /** Puts a message into the queue, into the first place that is free. */
  add(state: State, message: Pick<Message, 'body' | 'attributes'>, visibleAtMs: number): void;
}

export function makeAws(
  { requests, answers, get }: Pick<Processes, 'requests' | 'answers' | 'get'>,
  expires: boolean,
): Aws {
  const items = makeInterner<Item>();
  const messages = makeInterner<Message>();
  const letters = makeInterner<Letter>();
  const jobs: JobItem[] = [];
  const done = new Map<string, { readonly answered: Answered; readonly items: number[] }>();
  const add: Aws['add'] = (state, { body, attributes }, visibleAtMs) => {
    const place = freePlace(state);
    const message = { messageId: `m${place + 1}`, body, attributes, sentAtMs: 0, visibleAtMs, receiveCount: 0 };
    while (state.messages.length < place) state.messages.push(0);
    state.messages[place] = messages.id(message);
  };
  /** Whose handle nobody has: an old one would be of the new message. */
  const freePlace = ({ messages: places, consumers, lateId }: State): number => {
    const texts = consumers.map(({ id }) => (id === 0 ? '' : JSON.stringify(get(id).start)));
    const held = `${texts.join()}${lateId === 0 ? '' : requests.texts[lateId - 1]}`;
    for (let place = 0; ; place++) if (!places[place] && !held.includes(`"m${place + 1}/`)) return place;
  };
  const inTable = (state: State, requestId: number): Answered => {
    const key = `${requestId}|${state.items.join()}`;
    const known = done.get(key);
    if (known === undefined) {
      throw new Missing(async () => {
        const after = await perform(requests.get(requestId), state.items.map(items.get));
        const numbers = after.items.map((item) => items.id(lasting(item, expires)));
        const answered = 'error' in after ? { error: after.error } : { answer: answers.id(after.answer) };
        done.set(key, { answered, items: numbers });
      });
    }
    state.items = [...known.items];
    return known.answered;
  };
  const inQueues = makeSqs({ messages, letters, add });
  return {
    ...{ items, messages, letters, add },
    jobs(itemId) {
      jobs[itemId] ??= unmarshall(items.get(itemId)) as JobItem;
      return jobs[itemId];
    },
    carryOut(state, requestId) {
      const request = requests.get(requestId);
      if (request.client === 'dynamoDb') return inTable(state, requestId);
      if (request.client === 'events')
        return { answer: answers.id({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }) };
      return { answer: answers.id(inQueues(state, request)) };
    },
  };
}

/** By the in-memory DynamoDB, over these items. */
async function perform({ name, input }: Request, before: readonly Item[]) {
  const clock = { now: () => 0, after: () => () => undefined };
  const { client, table } = makeMemoryDynamoDb({ clock, tables: { [TABLE]: ['id'] } });
  for (const item of before) table(TABLE).put(item);
  const send = client.send as unknown as (command: object) => Promise<unknown>;
  const ended = await send(commandOf(name, input)).then(
    (answer) => ({ answer }),
    (error: Error) => ({ error: error.name }),
  );
  const after = table(TABLE)
    .items()
    .toSorted((a, b) => ((a.id?.S ?? '') < (b.id?.S ?? '') ? -1 : 1));
  return { ...ended, items: after };
}

/** The in-memory AWS knows a command by its class's name. */
function commandOf(name: string, input: unknown): object {
  const named = { [`${name}Command`]: class {} }[`${name}Command`];
  if (named === undefined) throw new RangeError(`no command ${name}`);
  return Object.assign(new named(), { input });
}

interface SqsParts extends Pick<Aws, 'messages' | 'letters' | 'add'> {}

function makeSqs({ messages, letters, add }: SqsParts) {
  const send = (
    state: State,
    url: string | undefined,
    { MessageBody: body = '', MessageAttributes: attributes = {}, DelaySeconds = 0 }: Input,
  ) => {
    if (url === QUEUE_URL) return add(state, { body, attributes }, state.nowMs + DelaySeconds * 1000);
    const id = letters.id({ body, attributes });
    // A third of the same says no more than two.
    if (state.letters.filter((one) => one === id).length < 2) state.letters.push(id);
  };
  const hide = (state: State, { ReceiptHandle = '', VisibilityTimeout = 0 }: Input) => {
    const place = placeOf(state, ReceiptHandle);
    if (place === undefined) return;
    const message = messages.get(state.messages[place] ?? 0);
    // SQS refuses to hide what is not in flight.
    if (message.visibleAtMs <= state.nowMs) return;
    state.messages[place] = messages.id({ ...message, visibleAtMs: state.nowMs + VisibilityTimeout * 1000 });
  };
  const each = (entries: readonly Input[] = [], act: (entry: Input) => void) => {
    for (const entry of entries) act(entry);
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  };
  return (state: State, { name, input }: Request): object => {
    switch (name) {
      case 'GetQueueUrl':
        return { QueueUrl: QUEUE_URL };
      case 'SendMessage':
        send(state, input.QueueUrl, input);
        return {};
      case 'SendMessageBatch':
        return each(input.Entries, (entry) => send(state, input.QueueUrl, entry));
      case 'ChangeMessageVisibility':
        hide(state, input);
        return {};
      case 'ChangeMessageVisibilityBatch':
        return each(input.Entries, (entry) => hide(state, entry));
      case 'DeleteMessageBatch':
        return each(input.Entries, ({ ReceiptHandle }) => {
          const at = state.letters.indexOf(Number(ReceiptHandle));
          if (input.QueueUrl === DEAD_LETTERS_URL && at >= 0) state.letters.splice(at, 1);
        });
      default:
        throw new RangeError(`SQS is not asked for ${name} here`);
    }
  };
}

/** A receipt handle is of one receive of one message: `m1/1`. */
export const handleOf = ({ messageId, receiveCount }: Message): string => `${messageId}/${receiveCount}`;

/** The place of the message that a handle is of, also one of an earlier receive, as SQS has it; undefined if it is gone. */
export function placeOf(state: State, handle: string): number | undefined {
  const place = Number(/^m(\d+)\//.exec(handle)?.[1]) - 1;
  return state.messages[place] ? place : undefined;
}
