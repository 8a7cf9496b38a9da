import { setMaxListeners } from 'node:events';
import { isTransient } from '../../aws/errors.ts';
import { backoffMs, type Clock, sleep } from '../clock.ts';

/** A call that was given up because the batch must be reported: it may have been carried out all the same. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** Requests of one call to the jobs table. The pauses between them are 11.1 s in all at most, and half of that on average. */
export const TABLE_TRIES = 10;
/** The same of SQS and EventBridge, where a message that stays brings everything again: 1.5 s at most. */
export const MESSAGE_TRIES = 5;

/**
 * Counts the tries and the time of every call to AWS. The SDK's clients make one request a call and pause for nothing, so
 * this is the only place where a call is made again. All calls of an invocation share its time: none is waited for beyond
 * the moment at which the batch must be reported.
 */
export interface CallTime {
  /**
   * Until the returned function is called, calls are waited for until this moment, epoch ms. Without one, they take what the
   * client allows them.
   */
  begin(untilMs: number): () => void;
  /**
   * For the clients: aborted at the moment. Undefined if there is none, and once it has passed: a call that is made then is
   * still sent.
   */
  signal(): AbortSignal | undefined;
  /**
   * Makes one request. With no time left it is still sent, and its answer is not waited for.
   *
   * @throws OutOfTimeError at the moment, whatever the client does
   */
  within<T>(send: () => Promise<T>): Promise<T>;
  /**
   * Waits before the next request of a call.
   *
   * @param tries requests so far, from 1
   * @returns whether there is time for another one; false at once if the pause would end beyond the moment
   */
  pause(tries: number): Promise<boolean>;
  /**
   * Makes a call of so many requests at most: one whose failure is transient is made again.
   *
   * @throws the last error
   */
  call<T>(send: () => Promise<T>, maxTries: number): Promise<T>;
}

export interface CallTimeDeps {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export function makeCallTime({ clock, random }: CallTimeDeps): CallTime {
  let bound: Bound | undefined;
  const time: CallTime = {
    begin(untilMs) {
      const mine = makeBound(untilMs, clock);
      bound = mine;
      return () => {
        mine.close();
        if (bound === mine) bound = undefined;
      };
    },
    signal: () => (bound?.signal.aborted ? undefined : bound?.signal),
    within: (send) => (bound === undefined ? send() : bound.within(send)),
    async pause(tries) {
      const delayMs = backoffMs(tries, random);
      if (bound !== undefined && clock.now() + delayMs >= bound.untilMs) return false;
      await sleep(clock, delayMs);
      return true;
    },
    async call(send, maxTries) {
      for (let tries = 1; ; tries++) {
        try {
          return await time.within(send);
        } catch (error) {
          if (tries >= maxTries || !isTransient(error) || !(await time.pause(tries))) throw error;
        }
      }
    },
  };
  return time;
}

/** The end of an invocation's calls: one timer and one signal for all of them. */
interface Bound {
  readonly untilMs: number;
  readonly signal: AbortSignal;
  within: CallTime['within'];
  close(): void;
}

/**
 * A call is known here only while it is under way. `Promise.race` against a promise of the moment would keep every answer
 * until then: a tick's memory grew with the jobs that it released.
 */
function makeBound(untilMs: number, clock: Clock): Bound {
  const controller = new AbortController();
  // A listener for each request under way; beyond ten, Node takes them for a leak.
  setMaxListeners(0, controller.signal);
  const underWay = new Set<(error: Error) => void>();
  let isOver = false;
  const close = clock.after(Math.max(0, untilMs - clock.now()), () => {
    isOver = true;
    for (const giveUp of underWay) giveUp(outOfTime());
    controller.abort();
  });
  const within = <T>(send: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const sent = send();
      if (isOver) reject(outOfTime());
      else underWay.add(reject);
      const answered = (answer: T) => {
        underWay.delete(reject);
        resolve(answer);
      };
      const failed = (error: unknown) => {
        underWay.delete(reject);
        reject(error);
      };
      sent.then(answered, failed);
    });
  return { untilMs, signal: controller.signal, within, close };
}

const outOfTime = () => new OutOfTimeError('the batch must be reported: the call was given up');
