import { breakerId } from '../../contract/definition/breaker.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { names } from '../../contract/names.ts';
import type { BreakerItem } from '../../contract/protocol/breaker-item.ts';
import { itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import { makeMemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import { makeMemoryEvents } from '../aws/eventbridge.ts';
import type { Call } from '../aws/faults.ts';
import type { MemoryProcess, Moment } from '../aws/lambda/process.ts';
import { makeMemorySqs } from '../aws/sqs/sqs.ts';
import { makeVirtualClock } from '../virtual-clock.ts';
import { reached, refusal } from './calls.ts';
import type { Decisions } from './decisions.ts';
import { disturb } from './disorder.ts';
import { makeFlowObserver } from './flow-observer.ts';
import type { Stage, Subject, World } from './model.ts';
import { chancesWith, type NetworkFault } from './network-faults.ts';
import { startUpgrade } from './next-version.ts';
import type { Trace } from './observed.ts';
import { makeObserver } from './observer.ts';
import { send } from './send.ts';
import { STAGE } from './stage.ts';
import { readLagOf } from './unclaimed.ts';

const DAY_MS = 24 * 3600 * 1000;

export interface WorldOptions {
  readonly trace?: ((atMs: number, who: string, what: string) => void) | undefined;
  readonly plan?: (call: Call) => NetworkFault | undefined;
  readonly dies?: (moment: Moment) => boolean;
  /** The schedule is full of this fault. */
  readonly often?: NetworkFault | undefined;
}

/** @returns the world of the subject's own type, among its `types` */
export function makeWorld(subject: Subject, decisions: Decisions, options: WorldOptions = {}): World {
  const types: World[] = [];
  const stage = makeStage(types, { subject, decisions, options });
  const world = makeTypeWorld(subject, stage);
  types.push(world);
  const { correct: _, others = [], ...common } = subject;
  for (const other of others) types.push(makeTypeWorld({ ...common, ...other, messages: [] }, stage));
  return world;
}

interface Made {
  readonly subject: Subject;
  readonly decisions: Decisions;
  readonly options: WorldOptions;
}

function makeStage(types: readonly World[], { subject, decisions, options }: Made): Stage {
  const clock = makeVirtualClock();
  const jobsTable = names.jobsTable(STAGE);
  const tables = { [jobsTable]: ['id'], ...subject.tables };
  const owners = new Map<string, MemoryProcess>();
  const { trace: line } = options;
  let sent = 0;
  const readLag = options.plan === undefined ? readLagOf(subject, decisions) : undefined;
  const dynamoDb = makeMemoryDynamoDb({ clock, tables, maxItemBytes: subject.maxItemBytes, readLag });
  const trace: Trace | undefined = line && ((who, what) => line(clock.now(), who, what));
  const seen = { clock, dynamoDb, jobsTable, types, trace, violations: [] };
  const stage: Stage = {
    ...seen,
    ...{ decisions, sqs: makeMemorySqs(clock), bus: makeMemoryEvents() },
    flows: subject.others === undefined ? undefined : makeFlowObserver(seen),
    plan: options.plan,
    dies: options.dies,
    chances: chancesWith(options.often),
    storm: { isOn: true, crashesLeft: subject.crashes, outages: 0, deaths: 0, crashes: 0 },
    upgrade: subject.upgrades ? startUpgrade(decisions) : undefined,
    nonce(process) {
      const owner = `owner-${owners.size + 1}`;
      owners.set(owner, process);
      return owner;
    },
    // One that gave a write up for want of an answer, or of time, may not know what it began.
    processOf: (owner) => owners.get(owner),
    isAlive: (owner) => owners.get(owner)?.alive === true && stage.storm.outages === 0,
    nextMessageId: () => (subject.older === undefined ? `m${++sent}` : uuid(++sent)),
    reached: (call) => reached(call, types),
    refusal: (call) => refusal(call, types),
  };
  return stage;
}

/** Of the form that SQS's message ids have. */
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The queues of a type, as its stack makes them. */
function deploy({ definition }: Subject, { sqs }: Stage) {
  const settings = queueSettings(definition);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, definition.type), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: (14 * DAY_MS) / 1000,
  });
  const policy = { maxReceiveCount: settings.maxReceiveCount, to: deadLetters };
  const queue = sqs.createQueue(names.queue(STAGE, definition.type), { ...settings, redrive: policy });
  return { settings, queue, deadLetters };
}

function makeTypeWorld(subject: Subject, stage: Stage): World {
  const { clock, dynamoDb, jobsTable, decisions, trace, violations, isAlive } = stage;
  const deployed = deploy(subject, stage);
  const { queue, deadLetters, settings } = deployed;
  if (stage.plan === undefined) for (const each of [queue, deadLetters]) disturb(each, decisions);
  const { type } = subject.definition;
  const item = (key: string): JobItem | undefined => dynamoDb.item(jobsTable, itemId(type, key));
  const raw = (key: string) => dynamoDb.table(jobsTable).get({ id: { S: itemId(type, key) } });
  const breakerItem = () => dynamoDb.item(jobsTable, breakerId(type)) as BreakerItem | undefined;
  const queued = () => queue.messages().length;
  const crashes = () => stage.storm.crashes;
  const stormy = () => stage.storm.isOn || stage.plan !== undefined;
  const facts = {
    clock,
    item,
    raw,
    breakerItem,
    isAlive,
    trace,
    subject,
    settings,
    stormy,
    queued,
    crashes,
    violations,
  };
  const world: World = {
    ...stage,
    ...deployed,
    ...{ subject, item },
    observer: makeObserver(facts),
    down: { consumer: 0, dispatcher: 0, queue: 0, deadLetters: 0, dynamoDb: 0 },
    warm: [],
    send: (message) => send(message, world),
  };
  return world;
}
