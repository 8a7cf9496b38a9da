import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../../aws/ports.ts';
import type { Clock } from '../../../engine/clock.ts';
import { withResolvers } from '../../../engine/resolvers.ts';
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
  const lifecycle = makeLifecycle(clock, dies);
  const gate = (client: { send: unknown }) => gated(client as Client, lifecycle) as { send: unknown };
  return {
    dynamoDb: gate(dynamoDb) as DynamoDb,
    documents: gate(documents) as DynamoDbDocuments,
    sqs: gate(sqs) as Sqs,
    events: gate(events) as EventBridge,
    clock: { now: clock.now, after: (delayMs, callback) => lifecycle.timer(delayMs, callback) },
    get alive() {
      return lifecycle.alive;
    },
    died: lifecycle.died,
    get calls() {
      return lifecycle.calls;
    },
    get moments() {
      return lifecycle.moments;
    },
    kill: lifecycle.kill,
    crashAt(call, moment) {
      lifecycle.crash = { call, moment };
    },
    crashAtMoment(moment) {
      lifecycle.lastMoment = moment;
    },
    freeze: lifecycle.freeze,
    thaw: lifecycle.thaw,
  };
}

interface Lifecycle {
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

function makeLifecycle(clock: Clock, dies?: (moment: Moment) => boolean): Lifecycle {
  const death = withResolvers<void>();
  const { freeze, thaw, awake, onceAwake } = makeSleep(clock);
  const lifecycle: Lifecycle = {
    ...{ freeze, thaw, awake },
    alive: true,
    calls: 0,
    moments: 0,
    crash: undefined,
    lastMoment: 0,
    died: death.promise,
    kill() {
      lifecycle.alive = false;
      death.resolve();
    },
    pass(moment) {
      lifecycle.moments += 1;
      const hit = lifecycle.crash?.call === lifecycle.calls && lifecycle.crash.moment === moment.at;
      if (dies?.(moment) || hit || lifecycle.moments === lifecycle.lastMoment) lifecycle.kill();
      return lifecycle.alive;
    },
    timer(delayMs, callback) {
      let cancelled = false;
      const fire = () => {
        if (!cancelled && lifecycle.alive && lifecycle.pass({ at: 'timer' })) callback();
      };
      const cancel = clock.after(delayMs, () => onceAwake(fire));
      return () => {
        cancelled = true;
        cancel();
      };
    },
  };
  return lifecycle;
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

function gated(client: Client, lifecycle: Lifecycle): Client {
  return {
    async send(command) {
      await lifecycle.awake();
      if (!lifecycle.alive) return silence();
      lifecycle.calls += 1;
      if (!lifecycle.pass({ at: 'before', command })) return silence();
      const [reply] = await Promise.allSettled([client.send(command)]);
      if (!lifecycle.alive) return silence();
      const frozenMs = await lifecycle.awake();
      if (!lifecycle.alive || !lifecycle.pass({ at: 'after', command })) return silence();
      if (frozenMs > CONNECTION_MS) throw timeout();
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    },
  };
}

/** No reply ever comes. */
const silence = (): Promise<never> => new Promise(() => undefined);
