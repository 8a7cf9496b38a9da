import { cut, type Fits } from '../../aws/cut.ts';
import type { CallTime } from './call-time.ts';

/** An entry until its caller has an answer. */
export type Waiting<Entry, Answer> = Entry & {
  /** Calls that carried it in vain. */
  tries: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

/** Puts an entry into a call of a later turn, instead of an answer; `cause` is why. */
export type Retry<Entry, Answer> = (one: Waiting<Entry, Answer>, cause: unknown) => void;

export interface GatherOptions<Entry, Answer> {
  readonly fits: Fits<Entry>;
  /** Makes one call and answers each of its entries. If it throws, those without an answer are rejected. */
  readonly send: (call: Waiting<Entry, Answer>[], retry: Retry<Entry, Answer>) => Promise<void>;
  /** @default none: an entry that is to be sent again is rejected by the cause */
  readonly retries?: Retries;
}

export interface Retries {
  /** Calls that carry one entry, at most. */
  readonly maxTries: number;
  /** The error of an entry that all of them carried in vain, or that no time is left for. */
  readonly gaveUp: (cause: unknown) => Error;
  readonly callTime: CallTime;
}

/**
 * Entries that are asked for in the same turn of the event loop travel in as few calls as they fit in: ten jobs side by
 * side make as many calls as one. Each entry is answered by itself.
 */
export function gather<Entry extends object, Answer>(
  options: GatherOptions<Entry, Answer>,
): (entry: Entry) => Promise<Answer> {
  const { fits, send, retries } = options;
  let waiting: Waiting<Entry, Answer>[] = [];
  const flush = () => {
    const ready = waiting;
    waiting = [];
    for (const call of cut(ready, fits)) send(call, retry).catch((error) => rejectAll(call, error));
  };
  const enqueue = (one: Waiting<Entry, Answer>) => {
    if (waiting.push(one) === 1) setImmediate(flush);
  };
  const again = async (one: Waiting<Entry, Answer>, cause: unknown, { callTime, gaveUp }: Retries) => {
    if (await callTime.pause(one.tries)) enqueue(one);
    else one.reject(gaveUp(cause));
  };
  const retry: Retry<Entry, Answer> = (one, cause) => {
    one.tries += 1;
    if (retries === undefined) one.reject(cause);
    else if (one.tries >= retries.maxTries) one.reject(retries.gaveUp(cause));
    else void again(one, cause, retries);
  };
  return (entry) => new Promise((resolve, reject) => enqueue({ ...entry, tries: 0, resolve, reject }));
}

function rejectAll(call: readonly { reject(error: unknown): void }[], error: unknown): void {
  for (const { reject } of call) reject(error);
}
