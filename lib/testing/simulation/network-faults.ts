import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../aws/ports.ts';
import { type Clock, sleep } from '../../engine/clock.ts';
import { type Call, type Command, type Faults, throttled, timeout, toCall } from '../aws/faults.ts';
import type { Random } from './random.ts';

/** What can go wrong with a call on its way. */
export const NETWORK_FAULTS = ['throttled', 'lostReply', 'repeated', 'straggles', 'partly', 'unanswered'] as const;
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** What lies between a process and AWS. */
export interface Network {
  readonly clock: Clock;
  readonly random: Random;
  /** What goes wrong with this call, if anything does. */
  fault(call: Call): NetworkFault | undefined;
  /** Called after every call that reached AWS. */
  reached(call: Call): void;
  /** An error if the service refuses the call now. */
  refusal(call: Call): Error | undefined;
}

interface Client {
  send(command: unknown): Promise<unknown>;
}

/** How late a request that was given up for lost may still arrive, ms. */
export const STRAGGLE_MS = 300_000;

/** Calls take time, so that processes interleave; some fail, lose their reply, are sent twice, or arrive when nobody waits. */
export function overNetwork<T extends DynamoDb | DynamoDbDocuments | EventBridge | Sqs>(
  service: { readonly client: T; readonly faults: Faults },
  network: Network,
): T {
  const { clock, random } = network;
  const client = service.client as unknown as Client;
  const reach = (command: unknown, call: Call): Promise<unknown> => {
    const refusal = network.refusal(call);
    if (refusal !== undefined) return Promise.reject(refusal);
    // What the service does, it does at once: the reply alone takes time.
    const reply = client.send(command);
    network.reached(call);
    return reply;
  };
  const straggle = (command: unknown, call: Call) => {
    // Soon, or when another attempt is long under way.
    const lateMs = random.int(1, random.pick([5000, STRAGGLE_MS]));
    clock.after(lateMs, () => void reach(command, call).catch(() => undefined));
  };
  const slow: Client = {
    async send(command) {
      const call = toCall(command as Command);
      const fault = network.fault(call);
      await sleep(clock, random.int(1, 40));
      if (fault === 'throttled') throw throttled();
      if (fault === 'straggles') {
        straggle(command, call);
        throw timeout();
      }
      if (fault === 'unanswered') {
        // It arrives or not: nobody will know.
        if (random.percent(50)) void reach(command, call).catch(() => undefined);
        return new Promise(() => undefined);
      }
      if (fault === 'repeated') await reach(command, call).catch(() => undefined);
      if (fault === 'partly') service.faults.plan(() => true, somePart(call, random));
      const [reply] = await Promise.allSettled([reach(command, call)]);
      await sleep(clock, random.int(1, 40));
      if (fault === 'lostReply') throw timeout();
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    },
  };
  return slow as unknown as T;
}

/** Calls of which a part can fail while the rest is taken. */
const BATCHES = ['BatchExecuteStatement', 'BatchGetItem', 'PutEvents', 'SendMessageBatch'];

function somePart({ name }: Call, random: Random) {
  if (!BATCHES.includes(name)) return { kind: 'fails', error: throttled() } as const;
  const indexes = [0, 1, 2, 3].filter(() => random.percent(50));
  // EventBridge answers in the order of the entries: what it leaves out is the end.
  if (name === 'PutEvents') return { kind: 'unanswered', indexes: [1, 2, 3, 4], taken: random.percent(50) } as const;
  if (name === 'SendMessageBatch' && random.percent(30))
    return { kind: 'unanswered', indexes, taken: random.percent(50) } as const;
  const code = name === 'SendMessageBatch' ? 'InternalError' : 'ThrottlingError';
  return { kind: 'partly', indexes, code } as const;
}
