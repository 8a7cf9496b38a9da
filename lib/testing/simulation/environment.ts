import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSEvent } from 'aws-lambda';
import type { Sqs } from '../../aws/ports.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { makeCallTime } from '../../engine/calls/call-time.ts';
import { makeBus, makePublish } from '../../engine/calls/events.ts';
import { together } from '../../engine/calls/sqs.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { runBatch } from '../../engine/job/batch.ts';
import { makeJobStore } from '../../engine/table/job-store.ts';
import type { Meter } from '../../engine/telemetry/metrics.ts';
import { type MemoryProcess, makeProcess } from '../aws/lambda/process.ts';
import { skewed } from '../virtual-clock.ts';
import type { Environment, OlderVersion, World } from './model.ts';
import { olderEvent, olderSqs } from './older-version.ts';
import { type Line, overLines } from './process-network.ts';

/** So the clocks of two machines differ by at most `CLOCK_SKEW_MS`. */
const SKEW_MS = CLOCK_SKEW_MS / 2;

export function makeEnvironment(name: string, world: World): Environment {
  const line: Line = { name, random: world.decisions.random(name), calls: 0, faultsInRow: 0 };
  const process = makeProcess({ ...overLines(line, world), clock: world.clock }, world.dies);
  line.kill = process.kill;
  void process.died.then(() => {
    world.deaths += 1;
  });
  const older = olderOf(name, world);
  const sqs = older === undefined ? process.sqs : olderSqs(process.sqs, older);
  const engine = makeEngine(name, { process, sqs }, world);
  const read = (event: SQSEvent) => (older === undefined ? event : olderEvent(event, older));
  return { name, process, consumer: (event, context) => runBatch(read(event), context, engine) };
}

/** The version before, if this process is of it. */
export function olderOf(name: string, { subject: { older }, decisions, trace }: World): OlderVersion | undefined {
  if (older === undefined || !decisions.happens(`${name} is of the version before`, 50)) return undefined;
  trace?.(name, 'is of the version before');
  return older;
}

interface Clients {
  readonly process: MemoryProcess;
  readonly sqs: Sqs;
}

function makeEngine(name: string, { process, sqs }: Clients, world: World): Engine {
  const { subject, queue, deadLetters, jobsTable, observer, decisions } = world;
  const random = decisions.random(`${name}, the engine`);
  const luck = decisions.random(`${name}, its handlers`);
  const clock: Clock = skewed(process.clock, random.int(-SKEW_MS, SKEW_MS));
  const callTime = makeCallTime({ clock, random: random.next });
  const basics = { clock, random: random.next, callTime, nonce: () => world.nonce(process) };
  const { dynamoDb, documents } = process;
  return {
    definition: subject.definition,
    perform: (payload, context) => {
      observer.started(context.job, clock.now());
      return subject.perform(payload, context, { clock, random: luck, kill: process.kill });
    },
    settings: world.settings,
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: makeJobStore(jobsTable, { dynamoDb, documents, definition: subject.definition, ...basics }),
    sqs: together(sqs, callTime),
    publish: makePublish({ openBus: () => makeBus(process.events), callTime }),
    ...basics,
    log: makeLog(name, world),
    meter: makeMeter(world),
    running: new Set(),
    shutdown: new AbortController().signal,
  };
}

/** Powertools writes to the console by itself; here lines are part of the timeline, and without one nothing at all. */
export function makeLog(name: string, { trace }: Pick<World, 'trace'>): Logger {
  const note = (message: unknown, fields?: { jobId?: unknown; error?: unknown }) => {
    const about = fields?.jobId === undefined ? '' : ` ${String(fields.jobId)}`;
    const error = fields?.error instanceof Error ? ` (${fields.error.message})` : '';
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
