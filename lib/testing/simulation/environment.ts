import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSEvent } from 'aws-lambda';
import { fromSqs } from '../../aws/message-attributes.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { readAttributes } from '../../contract/message-attributes.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { makeCallTime } from '../../engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../engine/calls/events.ts';
import { together } from '../../engine/calls/sqs.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { makeFlowPart } from '../../engine/flow/index.ts';
import { runBatch } from '../../engine/job/batch.ts';
import { holdBack } from '../../engine/job/hold-back.ts';
import { onException, onRejection } from '../../engine/job/left-behind.ts';
import { makeJobStore } from '../../engine/table/job-store.ts';
import { LineFormat } from '../../engine/telemetry/log-format.ts';
import type { Meter } from '../../engine/telemetry/metrics.ts';
import type { BatchConsumer } from '../aws/lambda/event-source.ts';
import { type MemoryProcess, makeProcess } from '../aws/lambda/process.ts';
import { skewed } from '../virtual-clock.ts';
import type { Environment, OlderVersion, Surroundings, World } from './model.ts';
import { keysOf } from './names-of.ts';
import { checkCore, isOfNext, NEXT_SCHEMA } from './next-version.ts';
import { olderEvent, olderSqs, olderStore } from './older-version.ts';
import { type Line, overLines } from './process-network.ts';
import { STAGE } from './stage.ts';

const FORMAT = new LineFormat();

/** So the clocks of two machines differ by at most `CLOCK_SKEW_MS`. */
const SKEW_MS = CLOCK_SKEW_MS / 2;

export function makeEnvironment(name: string, world: World): Environment {
  const isNext = isOfNext(name, world);
  const line: Line = { name, random: world.decisions.random(name), calls: 0, faultsInRow: 0, isNext };
  const process = makeProcess({ ...overLines(line, world), clock: world.clock }, world.dies);
  line.kill = process.kill;
  void process.died.then(() => {
    world.storm.deaths += 1;
  });
  const older = olderOf(name, world);
  const sqs = older === undefined ? process.sqs : olderSqs(process.sqs, older);
  const read = (event: SQSEvent) => (older === undefined ? event : olderEvent(event, older));
  const { signal, shutDown, abort } = makeShutdown(process, world);
  const engine: Engine = makeEngine(
    { name, shutdown: signal },
    { process, sqs, isOlder: older !== undefined, isNext },
    {
      world,
      surroundings: {
        ...{ kill: process.kill, shutDown },
        reject: (reason) => onRejection(reason, engine),
        crash: (error) => void onException(error, engine, abort).then(process.kill),
      },
    },
  );
  // As `consumer` does: a version whose first core would be too old looks at it before its first batch.
  const consumer: BatchConsumer = async (event, context) => {
    noteReceives(event, world);
    const held = engine.store.core.isNewEnough ? undefined : await holdBack(event, context, engine);
    return held ?? runBatch(read(event), context, engine);
  };
  return { name, process, consumer, isOlder: older !== undefined, isNext, shutdown: signal, shutDown };
}

/** Lambda kills a process so long after its SIGTERM (Lambda Developer Guide, shutdown phase). */
const SHUTDOWN_MS = 2000;

function makeShutdown({ kill }: MemoryProcess, world: World) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const shutDown = () => {
    if (controller.signal.aborted) return;
    // What it does not begin any more comes late, as what a crashed invocation held.
    world.storm.crashes += 1;
    world.clock.after(SHUTDOWN_MS, kill);
    abort();
  };
  return { signal: controller.signal, abort, shutDown };
}

interface Surrounded {
  readonly world: World;
  readonly surroundings: Omit<Surroundings, 'clock' | 'random'>;
}

/** The version before, if this process is of it. */
export function olderOf(name: string, { subject: { older }, decisions, trace }: World): OlderVersion | undefined {
  if (older === undefined || !decisions.happens(`${name} is of the version before`, 50)) return undefined;
  trace?.(name, 'is of the version before');
  return older;
}

interface Clients {
  readonly process: MemoryProcess;
  readonly sqs: MemoryProcess['sqs'];
  readonly isOlder: boolean;
  readonly isNext: boolean;
}

function makeEngine(
  { name, shutdown }: Pick<Environment, 'name' | 'shutdown'>,
  { process, sqs, isOlder, isNext }: Clients,
  { world, surroundings }: Surrounded,
): Engine {
  const { subject, queue, deadLetters, jobsTable, observer, decisions } = world;
  const random = decisions.random(`${name}, the engine`);
  const luck = decisions.random(`${name}, its handlers`);
  const clock: Clock = skewed(process.clock, random.int(-SKEW_MS, SKEW_MS));
  const callTime = makeCallTime({ clock, random: random.next });
  const basics = { clock, random: random.next, callTime, nonce: () => world.nonce(process) };
  const { dynamoDb, documents } = process;
  const coreNeeded = isNext ? NEXT_SCHEMA : undefined;
  const definition = definitionOf(name, world);
  const store = makeJobStore(jobsTable, { dynamoDb, documents, definition, coreNeeded, ...basics });
  const startedAtMs = world.clock.now();
  const isOwn = (owner: string) => world.processOf(owner) === process;
  const isOptimistic = definition.begin === 'optimistic';
  const engine: Engine = {
    definition,
    perform: (payload, context) => {
      const isAlone = [...engine.running].length === 1;
      observer.started(context.job, { nowMs: clock.now(), isOptimistic, isAlone, isOwn });
      if (isNext) checkCore(context.job.id, startedAtMs, world);
      if (shutdown.aborted) observer.violate(`${context.job.id} starts after SIGTERM`);
      const returned = subject.perform(payload, context, { ...surroundings, clock, random: luck });
      return observer.breaker === undefined
        ? returned
        : noted(returned, () => observer.breaker?.returned(context.job.key));
    },
    settings: world.settings,
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: isOlder ? olderStore(store) : store,
    sqs: together(sqs, callTime),
    flow: definition.handsOn && makeFlowPart?.({ table: jobsTable, stage: STAGE, dynamoDb, ...basics }),
    publish: makePublish({ openBus: () => makeBus(process.events), callTime }),
    ...basics,
    log: makeLog(name, world),
    meter: makeMeter(world),
    running: new Set(),
    shutdown,
  };
  return engine;
}

/** What a handler returns, after it was seen to return. */
async function noted(returned: unknown, seen: () => void): Promise<unknown> {
  const result = await returned;
  seen();
  return result;
}

/** A process of an earlier deploy has the definition that claims its jobs. */
function definitionOf(name: string, { subject, decisions, trace }: World): JobDefinition {
  const { definition, turnsOptimistic = false } = subject;
  if (!turnsOptimistic || !decisions.happens(`${name} claims its jobs, as the deploy before`, 40)) return definition;
  trace?.(name, 'claims its jobs, as the deploy before');
  return { ...definition, begin: 'claimed' };
}

function noteReceives({ Records }: SQSEvent, { queue, observer, subject }: World): void {
  for (const message of queue.messages()) {
    const record = Records.find(({ messageId }) => messageId === message.messageId);
    if (record === undefined) continue;
    const { own } = readAttributes(fromSqs(message.attributes));
    const { ApproximateReceiveCount, ApproximateFirstReceiveTimestamp } = record.attributes;
    observer.received(keysOf(message, subject.definition), {
      isFirst: ApproximateReceiveCount === '1',
      isRenewed: own.jobId !== undefined && own.foreign !== true,
      firstAtMs: Number(ApproximateFirstReceiveTimestamp),
    });
  }
}

/** Powertools writes to the console by itself; here lines are part of the timeline, and without one nothing at all. */
export function makeLog(name: string, { trace }: Pick<World, 'trace'>): Logger {
  const note = (message: unknown, fields?: { jobId?: unknown; error?: unknown }) => {
    const about = fields?.jobId === undefined ? '' : ` ${String(fields.jobId)}`;
    // Powertools' own reading of an error: it throws where an error cannot be read.
    const error = fields?.error instanceof Error ? ` (${String(FORMAT.formatError(fields.error).message)})` : '';
    trace?.(name, `${String(message)}${about}${error}`);
  };
  const log = { debug: note, info: note, warn: note, error: note, createChild: () => log };
  return log as unknown as Logger;
}

/** What is not flushed when its process dies is lost. */
function makeMeter({ observer }: World): Meter {
  let gathered: string[] = [];
  const meter: Pick<Meter, 'count' | 'milliseconds' | 'flush'> = {
    count: (name) => void gathered.push(name),
    milliseconds: () => undefined,
    flush() {
      for (const name of gathered) observer.counted(name);
      gathered = [];
    },
  };
  return meter as Meter;
}
