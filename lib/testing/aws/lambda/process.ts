import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../../aws/ports.ts';
import type { Clock } from '../../../engine/clock.ts';
import { type Command, timeout } from '../faults.ts';

/** What a process works with. */
export interface ProcessResources {
  readonly dynamoDb: DynamoDb;
  readonly documents: DynamoDbDocuments;
  readonly sqs: Sqs;
  readonly events: EventBridge;
  readonly clock: Clock;
}

/**
 * A Lambda process. Once dead, its calls to AWS have no effect, get no reply, and its timers never fire; while it is
 * frozen, between two invocations, replies and timers wait for it to be thawed.
 */
export interface MemoryProcess extends ProcessResources {
  readonly alive: boolean;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  /** Calls to AWS so far. */
  readonly calls: number;
  /** Moments so far at which it could have died: before and after each call to AWS, and at each timer. */
  readonly moments: number;
  kill(): void;
  /** Kills it at its n-th call to AWS, from 1: `before` the call is made, or `after` it took effect. */
  crashAt(call: number, moment: 'before' | 'after'): void;
  /** Kills it at its n-th moment, from 1. */
  crashAtMoment(moment: number): void;
  /** Its invocation has ended: whatever it left running goes on when it is thawed, and no sooner. */
  freeze(): void;
  /** The next invocation begins: what came due in between happens now, in its order. */
  thaw(): void;
}

/** A connection that was left alone for longer than this is gone: its reply is lost (Lambda freezes, servers hang up). */
const CONNECTION_MS = 10_000;

/** A moment at which a process can die: before or after a call to AWS, or at a timer. */
export type Moment = { readonly at: 'before' | 'after'; readonly command: Command } | { readonly at: 'timer' };

/** @param dies asked at every such moment. @default never */
export function makeProcess(resources: ProcessResources, dies?: (moment: Moment) => boolean): MemoryProcess {
  const { dynamoDb, documents, sqs, events, clock } = resources;
  const life = makeLife(clock, dies);
  const gate = (client: { send: unknown }) => gated(client as Client, life) as { send: unknown };
  return {
    dynamoDb: gate(dynamoDb) as DynamoDb,
    documents: gate(documents) as DynamoDbDocuments,
    sqs: gate(sqs) as Sqs,
    events: gate(events) as EventBridge,
    clock: { now: clock.now, after: (delayMs, callback) => life.timer(delayMs, callback) },
    get alive() {
      return life.alive;
    },
    died: life.died,
    get calls() {
      return life.calls;
    },
    get moments() {
      return life.moments;
    },
    kill: life.kill,
    crashAt(call, moment) {
      life.crash = { call, moment };
    },
    crashAtMoment(moment) {
      life.lastMoment = moment;
    },
    freeze: life.freeze,
    thaw: life.thaw,
  };
}

interface Life {
  alive: boolean;
  calls: number;
  moments: number;
  crash: { readonly call: number; readonly moment: 'before' | 'after' } | undefined;
  lastMoment: number;
  readonly died: Promise<void>;
  kill(): void;
  freeze(): void;
  thaw(): void;
  /** Counts a moment, which may be its last. @returns whether it lives on */
  pass(moment: Moment): boolean;
  /** Resolves at once, or once thawed: then with how long it was frozen. */
  awake(): Promise<number>;
  timer(delayMs: number, callback: () => void): () => void;
}

function makeLife(clock: Clock, dies?: (moment: Moment) => boolean): Life {
  const death = Promise.withResolvers<void>();
  const { freeze, thaw, awake, onceAwake } = makeSleep(clock);
  const life: Life = {
    ...{ freeze, thaw, awake },
    alive: true,
    calls: 0,
    moments: 0,
    crash: undefined,
    lastMoment: 0,
    died: death.promise,
    kill() {
      life.alive = false;
      death.resolve();
    },
    pass(moment) {
      life.moments += 1;
      const hit = life.crash?.call === life.calls && life.crash.moment === moment.at;
      if (dies?.(moment) || hit || life.moments === life.lastMoment) life.kill();
      return life.alive;
    },
    timer(delayMs, callback) {
      let cancelled = false;
      const fire = () => {
        if (!cancelled && life.alive && life.pass({ at: 'timer' })) callback();
      };
      const cancel = clock.after(delayMs, () => onceAwake(fire));
      return () => {
        cancelled = true;
        cancel();
      };
    },
  };
  return life;
}

/** Freezing and thawing: what waits meanwhile goes on in its order. */
function makeSleep(clock: Clock) {
  let frozenAtMs: number | undefined;
  let asleep: ((frozenMs: number) => void)[] = [];
  /** At once, or once thawed. */
  const onceAwake = (goOn: (frozenMs: number) => void) => {
    if (frozenAtMs === undefined) goOn(0);
    else asleep.push(goOn);
  };
  return {
    freeze() {
      frozenAtMs = clock.now();
    },
    thaw() {
      const frozenMs = clock.now() - (frozenAtMs ?? clock.now());
      frozenAtMs = undefined;
      const waking = asleep;
      asleep = [];
      for (const wake of waking) wake(frozenMs);
    },
    onceAwake,
    awake: () => new Promise<number>(onceAwake),
  };
}

interface Client {
  send(command: Command): Promise<unknown>;
}

function gated(client: Client, life: Life): Client {
  return {
    async send(command) {
      await life.awake();
      if (!life.alive) return silence();
      life.calls += 1;
      if (!life.pass({ at: 'before', command })) return silence();
      const [reply] = await Promise.allSettled([client.send(command)]);
      if (!life.alive) return silence();
      const frozenMs = await life.awake();
      if (!life.alive || !life.pass({ at: 'after', command })) return silence();
      if (frozenMs > CONNECTION_MS) throw timeout();
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    },
  };
}

/** No reply ever comes. */
const silence = (): Promise<never> => new Promise(() => undefined);
