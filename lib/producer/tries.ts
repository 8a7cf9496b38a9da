import { asUnsent } from '../aws/one-request.ts';
import { ProducerConfigurationError, SendError } from './errors.ts';

/** How long the producer goes on with one call. */
export interface TryLimits {
  /** Requests in all. */
  readonly tries: number;
  /** For all of them together, the pauses included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Beyond what the SDK does by default, and within what a caller of a service waits. */
const DEFAULT_LIMITS = { tries: 6, timeoutMs: 6000 } as const satisfies TryLimits;

const RANGES = { tries: [1, 20], timeoutMs: [100, 600_000] } as const;

/** @throws ProducerConfigurationError quoting the range and the value */
export function checkedLimits(given: Partial<Omit<TryLimits, 'signal'>>): TryLimits {
  for (const name of ['tries', 'timeoutMs'] as const) {
    const value = given[name];
    const [min, max] = RANGES[name];
    if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) continue;
    throw new ProducerConfigurationError(`${name} must be a whole number, ${min} to ${max}, got ${value}`);
  }
  const { tries = DEFAULT_LIMITS.tries, timeoutMs = DEFAULT_LIMITS.timeoutMs } = given;
  return { tries, timeoutMs };
}

/** Doubled five times, and answered at once: 5.9 s at most. */
const FIRST_PAUSE_MS = 190;
/** A request that is not answered leaves time for another one. */
const REQUEST_SHARE = 0.5;

/** What the SDK takes beside a command. */
interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** The tries of one call. */
export interface Tries {
  /** Makes one request, which is aborted when its time is over or the caller's signal is. It rejects then, whatever the client does. */
  request<Answer>(send: (options: CallOptions) => Promise<Answer>): Promise<Answer>;
  /** Waits for the next try. False if there is none: all are made, the time is over, or the caller's signal is aborted. */
  again(): Promise<boolean>;
}

export function startTries({ tries, timeoutMs, signal }: TryLimits): Tries {
  const endsAtMs = Date.now() + timeoutMs;
  let made = 0;
  return {
    request(send) {
      made += 1;
      const leftMs = Math.max(1, Math.min(endsAtMs - Date.now(), timeoutMs * REQUEST_SHARE));
      return bounded(send, leftMs, signal);
    },
    async again() {
      // Half to all of a doubling span: refused calls must not come back in step.
      const pauseMs = FIRST_PAUSE_MS * 2 ** (made - 1) * (0.5 + Math.random() / 2);
      if (made >= tries || Date.now() + pauseMs >= endsAtMs || signal?.aborted) return false;
      await pause(pauseMs, signal);
      return signal?.aborted !== true;
    },
  };
}

async function bounded<Answer>(
  send: (options: CallOptions) => Promise<Answer>,
  forMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal?.aborted) throw asUnsent(abortError(signal));
  const controller = new AbortController();
  let stop = (error: Error) => controller.abort(error);
  const stopped = new Promise<never>((_, reject) => {
    stop = (error) => {
      // First, or the client's own error would win.
      reject(error);
      controller.abort(error);
    };
  });
  const timer = setTimeout(() => stop(named('TimeoutError', `no answer within ${Math.round(forMs)} ms`)), forMs);
  const onAbort = () => stop(abortError(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([send({ abortSignal: controller.signal }), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What others wait for as well, which goes on. @throws SendError if the caller's signal is aborted first */
export async function untilAborted<Answer>(asked: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  if (signal === undefined) return asked;
  const { aborted, close } = rejectsOnAbort(signal);
  try {
    return await Promise.race([asked, aborted]);
  } finally {
    close();
  }
}

function rejectsOnAbort(signal: AbortSignal): { aborted: Promise<never>; close: () => void } {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      const cause = abortError(signal);
      reject(new SendError(`nothing was sent: ${cause.message}`, { code: cause.name, maybeSent: false, cause }));
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return { aborted, close: () => signal.removeEventListener('abort', onAbort) };
}

/** Waits, but no longer than until the signal is aborted. */
function pause(forMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, forMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}

const abortError = (signal: AbortSignal | undefined): Error =>
  named('AbortError', 'the caller’s signal was aborted', { cause: signal?.reason });

const named = (name: string, message: string, options?: ErrorOptions): Error =>
  Object.assign(new Error(message, options), { name });
