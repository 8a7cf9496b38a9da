import { nowOf, pause, type Stage } from '../aws.ts';
import { type QueueState, queues } from './queues.ts';

/** How {@link drain} ended. */
export interface Drained {
  /** `empty`: no job waits or runs. Otherwise the reason why the wait ended. */
  readonly end: 'empty' | 'timeout' | 'paused' | 'interrupted';
  readonly last: QueueState;
}

export interface DrainOptions {
  /** @default 3,600 */
  readonly timeoutSeconds?: number;
  /** @default 5 */
  readonly everySeconds?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onLook?: ((state: QueueState) => void) | undefined;
}

/** Looks in a row that must find no job: SQS's counts are approximate, and lag by some seconds. */
const EMPTY_LOOKS = 3;

/**
 * Waits until no job of a type waits, runs or is parked. Dead jobs do not count, nor do callbacks that wait for their children.
 *
 * @throws NoSuchTypeError, NoSuchStageError
 */
export async function drain(stage: Stage, type: string, options: DrainOptions = {}): Promise<Drained> {
  const { timeoutSeconds = 3600, everySeconds = 5, signal, onLook } = options;
  const giveUpAtMs = nowOf(stage) + timeoutSeconds * 1000;
  for (let empty = 0; ; ) {
    const [state] = (await queues(stage, type)).queues;
    if (state === undefined) throw new TypeError(`no state of ${type}`);
    onLook?.(state);
    const { depth, inFlight, delayed, parked, truncated } = state;
    // Where not all parked jobs were seen, none that was seen proves nothing.
    empty = depth + inFlight + delayed + parked === 0 && !truncated ? empty + 1 : 0;
    if (empty >= EMPTY_LOOKS) return { end: 'empty', last: state };
    // No consumer receives what waits, so the wait would never end.
    if (empty === 0 && state.state !== 'running' && state.state !== 'starting') return { end: 'paused', last: state };
    if (nowOf(stage) > giveUpAtMs) return { end: 'timeout', last: state };
    await pause(stage, everySeconds * 1000, signal);
    if (signal?.aborted) return { end: 'interrupted', last: state };
  }
}
