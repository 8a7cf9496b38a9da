import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { QueueSettings } from '../../contract/definition/queue-settings.ts';
import type { MessageAttributes } from '../../contract/message-attributes.ts';
import type { FlowStep } from '../../contract/protocol/flow-fields.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Clock } from '../../engine/clock.ts';
import type { JobContext } from '../../engine/job-context.ts';
import type { MemoryDynamoDb } from '../aws/dynamodb/dynamodb.ts';
import type { MemoryEvents } from '../aws/eventbridge.ts';
import type { Call } from '../aws/faults.ts';
import type { BatchConsumer } from '../aws/lambda/event-source.ts';
import type { MemoryProcess, Moment } from '../aws/lambda/process.ts';
import type { MemoryQueue } from '../aws/sqs/model.ts';
import type { MemorySqs } from '../aws/sqs/sqs.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Decisions } from './decisions.ts';
import type { Chances, NetworkFault } from './network-faults.ts';
import type { Observer, Trace } from './observed.ts';
import type { FlowObserver } from './observed-flow.ts';
import type { Random } from './random.ts';

/** What a simulated handler has beside its payload and context: the world it runs in, instead of the real one. */
export interface Surroundings {
  /** Its process's own clock: a handler that waits must wait by it. */
  readonly clock: Clock;
  /** The schedule's luck, for stand-ins of third parties that fail now and then. */
  readonly random: Random;
  /** Ends the process, as running out of memory does. */
  readonly kill: () => void;
  /** SIGTERM: signals are aborted, and the process is killed two seconds later. */
  readonly shutDown: () => void;
  /** Leaves a promise that is rejected, and that nobody handles. */
  readonly reject: (reason: unknown) => void;
  /** Throws what nothing catches, as a timer's callback does: the process ends. */
  readonly crash: (error: unknown) => void;
}

/** What a producer sends. */
export interface Outgoing {
  readonly payload: unknown;
  /** Job type, where the subject has several. @default its own */
  readonly type?: string;
  /** @default none: the job is named by its message's id */
  readonly id?: string;
  readonly key?: string;
  /** Epoch ms. */
  readonly runAtMs?: number;
  /** Epoch ms. */
  readonly startBeforeMs?: number;
  /** Epoch ms. */
  readonly endBeforeMs?: number;
  readonly maxAttempts?: number;
  /** What comes after it. @default nothing */
  readonly then?: readonly FlowStep[];
  /** A field that no envelope has: the body is refused. */
  readonly typo?: string;
  /** Message attributes of the sender's own. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** It is enqueued by a transaction, and the dispatcher sends it: or the producer, who wakes it. @default it is sent */
  readonly written?: 'parked' | 'woken';
  /** A body that is not ours, sent as it is: the definition's `accept` makes jobs of it, unless there is a `typo` in it. */
  readonly foreign?: string;
}

/** What an earlier version of Sluice makes of a message, beside this one. */
export interface OlderVersion {
  /** A message as its consumer reads it. */
  received(message: Outgone): MessageAttributes;
  /** A message as its consumer, dispatcher or operator sends it. */
  sent(attributes: MessageAttributes): MessageAttributes;
}

/** What a message is, beside its times. */
export interface Outgone {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
}

/** Something that happens to the system from outside. */
export interface WorldEvent {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** It is time that passes: the next step comes after it. */
  readonly leaps?: true;
  /** @param name of this very step, for what it decides */
  happen(world: World, random: Random, name: string): void | Promise<void>;
}

/** A job type and its handler. */
export interface SubjectType {
  readonly definition: JobDefinition;
  perform(payload: unknown, context: JobContext, surroundings: Surroundings): unknown;
  /** Corrects a dead letter's body before its redrive. @returns undefined to leave it as it is */
  correct?(body: string, random: Random): string | undefined;
}

/** What is simulated: a job type, its handler, and what is done with it. */
export interface Subject extends SubjectType {
  /** Job types of the same stage: one table and one dispatcher for all, queues and consumers for each. @default none */
  readonly others?: readonly SubjectType[];
  /** Least and most steps of the storm. @default 6 to 18 */
  readonly steps?: readonly [least: number, most: number];
  /** Tables beside the jobs table: key attributes by name. */
  readonly tables: Record<string, readonly string[]>;
  /** Largest item of the tables, bytes. @default 400 KB */
  readonly maxItemBytes?: number;
  /** Messages that producers send, each a job. */
  readonly messages: readonly Outgoing[];
  /** Of jobs that expire, by their ids: what their messages say. @default none is checked */
  readonly deadlines?: ReadonlyMap<string, Pick<Outgoing, 'runAtMs' | 'startBeforeMs' | 'endBeforeMs'>>;
  /** Beside those that every simulation has. */
  readonly events: readonly WorldEvent[];
  /** Half of the processes are of it: a deploy is under way. @default none are */
  readonly older?: OlderVersion;
  /** The next version is deployed, and rolled back, meanwhile. @default it is not */
  readonly upgrades?: boolean;
  /** Some processes have the definition from before it said `begin: 'optimistic'`: its deploy is under way. @default none have */
  readonly turnsOptimistic?: boolean;
  /** Processes that may die of nothing of their own, at most. */
  readonly crashes: number;
  /** Something more once all has ended. @returns false if there was nothing */
  afterwards?(world: World): Promise<boolean>;
  /** What must hold beside the promises, once all has ended: says what does not by `world.observer.violate`. */
  check(world: World): void;
}

/** One execution environment of the consumer's function: a process, and the engine that it made once. */
export interface Environment {
  readonly name: string;
  readonly process: MemoryProcess;
  readonly consumer: BatchConsumer;
  /** It is of the version before, in a rolling deploy. */
  readonly isOlder: boolean;
  /** It is of the next version, in an upgrade. */
  readonly isNext: boolean;
  /** Aborted at its SIGTERM. */
  readonly shutdown: AbortSignal;
  shutDown(): void;
}

/** How far the upgrade to a version of the next schema is. */
export interface Upgrade {
  /** Core is of the next version, and says so at its next tick. */
  isCoreNext: boolean;
  /** So many in a hundred of the consumer's new processes are of the next version. */
  percent: number;
  /** When core's number was last seen to be the next version's, epoch ms. */
  saidAtMs: number | undefined;
}

/** What goes wrong, and has so far: the same for all job types of a stage. */
export interface Storm {
  /** Faults and crashes are drawn: false once the storm is over. */
  isOn: boolean;
  crashesLeft: number;
  /** Times that DynamoDB throttled everything, and calls that were never answered, so far: what they meant to write may count twice or never. */
  outages: number;
  /** Consumer processes that died so far. */
  deaths: number;
  /** Invocations that crashed so far: also the one that finds its process dead. */
  crashes: number;
}

/** What all job types of a stage have in common. */
export interface Stage {
  readonly decisions: Decisions;
  readonly clock: VirtualClock;
  readonly dynamoDb: MemoryDynamoDb;
  readonly sqs: MemorySqs;
  readonly bus: MemoryEvents;
  readonly jobsTable: string;
  readonly trace: Trace | undefined;
  /** Faults by plan instead of by luck. */
  readonly plan: ((call: Call) => NetworkFault | undefined) | undefined;
  readonly chances: Chances;
  /** Deaths by plan instead of by luck. */
  readonly dies: ((moment: Moment) => boolean) | undefined;
  readonly storm: Storm;
  /** Undefined if there is but one schema. */
  readonly upgrade: Upgrade | undefined;
  /** The worlds of all job types, in the subject's order. */
  readonly types: readonly World[];
  readonly violations: string[];
  /** Undefined if there is but one job type. */
  readonly flows: FlowObserver | undefined;
  /** Never the same twice; it remembers whose it is. */
  nonce(process: MemoryProcess): string;
  /** Whether the process that made this owner lives, and no call of its may have been lost. */
  isAlive(owner: string): boolean;
  /** The process that made this owner. */
  processOf(owner: string): MemoryProcess | undefined;
  nextMessageId(): string;
  reached(call: Call): void;
  refusal(call: Call): Error | undefined;
}

/** One job type deployed in memory, in virtual time, and the schedule that it lives through. */
export interface World extends Stage {
  readonly subject: Subject;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  readonly settings: QueueSettings;
  readonly observer: Observer;
  /**
   * Until then no consumer starts, the dispatcher's rule is off, the queue or the DLQ refuses, DynamoDB throttles every call:
   * epoch ms. Rule and DynamoDB are the stage's: each of its worlds says the same.
   */
  readonly down: { consumer: number; dispatcher: number; queue: number; deadLetters: number; dynamoDb: number };
  /** Environments that wait for their next invocation, frozen. */
  readonly warm: Environment[];
  /** Sends a producer's message. @returns its id */
  send(message: Outgoing): string;
  item(key: string): JobItem | undefined;
}
