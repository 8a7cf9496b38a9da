import type { BatchExecuteStatementCommandOutput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { SCHEMA, SCHEMA_ITEM } from '../../contract/protocol/schema.ts';
import type { Item } from '../aws/dynamodb/values.ts';
import type { StoredMessage } from '../aws/sqs/model.ts';
import type { Decisions } from './decisions.ts';
import type { Upgrade, World } from './model.ts';
import { keysOf } from './names-of.ts';

/** The number of the version after this one. In all else it does as this one does. */
export const NEXT_SCHEMA = SCHEMA + 1;

/** It is under way: half of the consumer's processes are of the next version, and mostly core is. */
export const startUpgrade = ({ happens }: Decisions): Upgrade => ({
  isCoreNext: happens('core of the next version is deployed first', 60),
  percent: 50,
  saidAtMs: undefined,
});

/** The upgrade ends: core and every new process are of the next version. */
export function finishUpgrade({ upgrade }: World): void {
  if (upgrade !== undefined) Object.assign(upgrade, { isCoreNext: true, percent: 100 });
}

/** Whether this new process of the consumer is of the next version. */
export function isOfNext(name: string, { upgrade, decisions, trace }: World): boolean {
  if (upgrade === undefined) return false;
  const isNext = upgrade.percent >= 100 || decisions.happens(`${name} is of the next version`, upgrade.percent);
  if (isNext) trace?.(name, 'is of the next version');
  return isNext;
}

/** The number that core says of itself. */
const saidByCore = ({ dynamoDb, jobsTable }: World): number => dynamoDb.item(jobsTable, SCHEMA_ITEM)?.schema ?? SCHEMA;

export const coreSchema = ({ isCoreNext }: Upgrade): number => (isCoreNext ? NEXT_SCHEMA : SCHEMA);

/** Core was deployed, or rolled back, and has not said so yet. */
export const isCoreSilent = (world: World): boolean =>
  world.upgrade !== undefined && saidByCore(world) !== coreSchema(world.upgrade);

/** A process of the next version runs a job: core must have been new enough at some time since it started. */
export function checkCore(jobId: string, startedAtMs: number, world: World): void {
  noteCore(world);
  if ((world.upgrade?.saidAtMs ?? Number.NEGATIVE_INFINITY) < startedAtMs)
    world.observer.violate(`${jobId} starts in a process of the next version, and core is too old for it`);
}

function noteCore(world: World): void {
  if (world.upgrade !== undefined && saidByCore(world) >= NEXT_SCHEMA) world.upgrade.saidAtMs = world.clock.now();
}

const numberOf = (item: Item | undefined): number => Number(item?.schema?.N ?? SCHEMA);

/** Ids that start with `~` are no jobs. */
const isJob = (item: Item): boolean => !item.id?.S?.startsWith('~');

const jobsOf = ({ dynamoDb, jobsTable }: World): Item[] => dynamoDb.table(jobsTable).items().filter(isJob);

interface Client {
  send(command: unknown): Promise<unknown>;
}

/**
 * DynamoDB as a process of its version works with it. What one of the next version begins is of the next schema, which is
 * its own to it. What one of this version writes must not be.
 */
export function ofVersion<T>(given: T, { name, isNext = false }: { name: string; isNext?: boolean }, world: World): T {
  if (world.upgrade === undefined) return given;
  const client = given as Client;
  const versioned: Client = {
    send(command) {
      noteCore(world);
      const before = new Map(jobsOf(world).map((item) => [item.id?.S, item]));
      // What it does, it does at once: the reply alone takes time.
      const reply = client.send(command);
      for (const item of jobsOf(world)) {
        const old = before.get(item.id?.S);
        if (item === old) continue;
        if (isNext) lift(old, item, world);
        else if (numberOf(old) > SCHEMA)
          world.observer.violate(`${item.jobId?.S}, of the next version, was written by ${name}, which is of this one`);
      }
      noteCore(world);
      return isNext ? reply.then(asOwn) : reply;
    },
  };
  return versioned as T;
}

function lift(old: Item | undefined, item: Item, { dynamoDb, jobsTable }: World): void {
  const isBegun = ['status', 'runNo', 'attempts'].some(
    (name) => JSON.stringify(old?.[name]) !== JSON.stringify(item[name]),
  );
  if (isBegun) dynamoDb.table(jobsTable).put({ ...item, schema: { N: String(NEXT_SCHEMA) } });
}

/** What the next version reads of its own: to the code that plays it, items of this version's number. */
function asOwn(reply: unknown): unknown {
  const { Responses } = (reply ?? {}) as Partial<BatchGetItemCommandOutput | BatchExecuteStatementCommandOutput>;
  if (Array.isArray(Responses)) {
    const own = Responses.map(({ Error: error, ...one }) => ({
      ...one,
      ...(error && { Error: { ...error, ...(error.Item && { Item: lowered(error.Item) }) } }),
    }));
    return { ...(reply as object), Responses: own };
  }
  if (Responses === undefined) return reply;
  const own = Object.entries(Responses).map(([table, items]) => [table, items.map(lowered)]);
  return { ...(reply as object), Responses: Object.fromEntries(own) };
}

const lowered = (item: Item): Item =>
  isJob(item) && numberOf(item) === NEXT_SCHEMA ? { ...item, schema: { N: String(SCHEMA) } } : item;

/**
 * Watches one batch of a consumer of this version. The message of an item that stayed the next version's all the time is
 * deleted only after a copy of it was sent.
 *
 * @returns called at the batch's end, with the messages that are to be deleted
 */
export function watchDeletions(world: World): (acked: readonly SQSRecord[]) => void {
  if (world.upgrade === undefined) return () => undefined;
  const { observer, queue, subject } = world;
  const keys = (message: StoredMessage) => keysOf(message, subject.definition);
  // What is split goes once its jobs have messages of their own.
  const whole = queue.messages().filter((message) => keys(message).length === 1);
  const jobs = new Map(whole.map((message) => [message.messageId, observer.jobs.get(keys(message)[0] ?? '')]));
  const before = new Map([...jobs.values()].map((job) => [job, job?.raw]));
  return (acked) => {
    for (const { messageId } of acked) {
      const job = jobs.get(messageId);
      const raw = before.get(job);
      if (job === undefined || job.purged || numberOf(raw) <= SCHEMA || job.raw !== raw) continue;
      // A refused body whose name is another's has begun under its message's id: that is its job.
      if (job.key !== messageId && observer.jobs.has(messageId)) continue;
      const isCopy = (other: StoredMessage) =>
        other.messageId !== messageId && keys(other).some((key) => key === job.key || key === messageId);
      if (!queue.messages().some(isCopy))
        observer.violate(`the message of ${job.key}, of the next version, was deleted by this one`);
    }
  };
}
