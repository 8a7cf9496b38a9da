import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../lib/engine/aws.ts';
import { type Clock, sleep } from '../../lib/engine/clock.ts';
import { throttled, timeout } from '../../lib/testing/index.ts';
import type { Random } from './random.ts';

/** What lies between a process and AWS. */
export interface Network {
  /** False once the storm is over. */
  stormy: boolean;
  /** Called after every call that reached AWS. */
  onCall: () => void;
}

interface Client {
  send(command: unknown): Promise<unknown>;
}

/** Calls take time, so that processes interleave; in a storm some fail, lose their reply, or are sent twice. */
export function overNetwork<T extends DynamoDb | DynamoDbDocuments | EventBridge | Sqs>(
  client: T,
  network: Network,
  { clock, random }: { clock: Clock; random: Random },
): T {
  const { send } = client as unknown as Client;
  const reach = async (command: unknown) => {
    const reply = await send(command);
    network.onCall();
    return reply;
  };
  const slow: Client = {
    async send(command) {
      const luck = network.stormy ? random.int(1, 100) : 100;
      await sleep(clock, random.int(1, 40));
      if (luck <= 3) throw throttled();
      if (luck <= 6) await reach(command).catch(() => undefined);
      const [reply] = await Promise.allSettled([reach(command)]);
      await sleep(clock, random.int(1, 40));
      if (luck > 6 && luck <= 9) throw timeout();
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    },
  };
  return slow as unknown as T;
}
