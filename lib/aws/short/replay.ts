import { Readable } from 'node:stream';
import type { Client, Command, HttpResponse } from './sdk.ts';

/** What came of a request: a response whose body is there, or one that broke off, or none. */
export interface Came {
  readonly response?: HttpResponse | undefined;
  readonly body?: Uint8Array;
  /** What broke it off. */
  readonly error?: unknown;
}

/** Has the SDK read what came of a request that it did not send. @returns and throws what its `send` would have */
export type Replay = (command: Command, came: Came) => Promise<unknown>;

/**
 * The SDK goes through all of its work on the command, but what came is handed to it in place of a request. So its errors
 * are its own: their classes and what they say of themselves, and what its client learns of them.
 */
export function makeReplay({ middlewareStack }: Client, sdk: Client['send']): Replay {
  const pending = new Map<object, Came>();
  middlewareStack.add(
    (next) => (args) => {
      const came = pending.get(args.input);
      if (came === undefined) return next(args);
      pending.delete(args.input);
      return handedOver(came);
    },
    { name: 'sluiceReplay', step: 'deserialize', priority: 'low' },
  );
  return async (command, came) => {
    const copy = copyOf(command);
    pending.set(copy.input, came);
    try {
      return await sdk(copy);
    } catch (error) {
      // The SDK failed before it read what came, as without credentials. It must not look like a call that was never made.
      throw pending.delete(copy.input) ? (came.error ?? unreadable(came, error)) : error;
    }
  };
}

/** With an input of its own, by which it is known. */
function copyOf(command: Command): Command {
  const Kind = command.constructor as new (input: object) => Command;
  return new Kind({ ...command.input });
}

async function handedOver({ response, body, error }: Came): Promise<unknown> {
  if (response === undefined) throw error;
  response.body = error === undefined ? body : brokenOff(error as Error);
  return { response };
}

const brokenOff = (error: Error) => new Readable({ read: () => undefined }).destroy(error);

const unreadable = ({ response }: Came, cause: unknown): Error =>
  Object.assign(new Error('the answer came, and the SDK could not read it', { cause }), { $response: response });
