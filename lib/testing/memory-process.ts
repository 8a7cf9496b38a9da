import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../engine/aws.ts';
import type { Clock } from '../engine/clock.ts';
import type { Command } from './faults.ts';

/** What a process works with. */
export interface ProcessResources {
  readonly dynamoDb: DynamoDb;
  readonly documents: DynamoDbDocuments;
  readonly sqs: Sqs;
  readonly events: EventBridge;
  readonly clock: Clock;
}

/** A Lambda process: once dead, its calls to AWS have no effect, get no reply, and its timers never fire. */
export interface MemoryProcess extends ProcessResources {
  readonly alive: boolean;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  /** Calls to AWS so far. */
  readonly calls: number;
  kill(): void;
  /** Kills it at its n-th call to AWS, from 1: `before` the call is made, or `after` it took effect. */
  crashAt(call: number, moment: 'before' | 'after'): void;
}

export function makeProcess({ dynamoDb, documents, sqs, events, clock }: ProcessResources): MemoryProcess {
  const death = Promise.withResolvers<void>();
  const state: State = { alive: true, calls: 0, crash: undefined };
  const kill = () => {
    state.alive = false;
    death.resolve();
  };
  const gate = (client: { send: unknown }) => gated(client as Client, state, kill) as { send: unknown };
  return {
    dynamoDb: gate(dynamoDb) as DynamoDb,
    documents: gate(documents) as DynamoDbDocuments,
    sqs: gate(sqs) as Sqs,
    events: gate(events) as EventBridge,
    clock: { now: clock.now, after: (delayMs, callback) => clock.after(delayMs, () => state.alive && callback()) },
    get alive() {
      return state.alive;
    },
    died: death.promise,
    get calls() {
      return state.calls;
    },
    kill,
    crashAt(call, moment) {
      state.crash = { call, moment };
    },
  };
}

interface State {
  alive: boolean;
  calls: number;
  crash: { readonly call: number; readonly moment: 'before' | 'after' } | undefined;
}

interface Client {
  send(command: Command): Promise<unknown>;
}

function gated(client: Client, state: State, kill: () => void): Client {
  const crashNow = (call: number, moment: 'before' | 'after') => {
    if (state.crash?.call === call && state.crash.moment === moment) kill();
  };
  return {
    async send(command) {
      if (!state.alive) return silence();
      const call = ++state.calls;
      crashNow(call, 'before');
      if (!state.alive) return silence();
      const [reply] = await Promise.allSettled([client.send(command)]);
      crashNow(call, 'after');
      if (!state.alive) return silence();
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    },
  };
}

/** No reply ever comes. */
const silence = (): Promise<never> => new Promise(() => undefined);
