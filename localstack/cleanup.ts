import { messageOf } from './errors.ts';

/** Something that must not outlive this process. */
export interface Cleanup {
  readonly stop: () => Promise<void>;
  /** For the last moment, when nothing can be waited for: an uncaught error, `process.exit`. */
  readonly stopNow?: () => void;
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** A clean-up that hangs must not keep the terminal: after this time the process ends anyway. */
const LONGEST_CLEANUP_MS = 30_000;

const pending = new Set<Cleanup>();
let ending = false;

/**
 * Has `cleanup` run when the process ends by a signal (last registered first, one after another), or is about to end in
 * any other way. The process then ends as the signal would have ended it.
 *
 * @returns a function that takes the clean-up back, for whoever stops the thing itself
 */
export function onProcessEnd(cleanup: Cleanup): () => void {
  if (pending.size === 0) listen();
  pending.add(cleanup);
  return () => {
    pending.delete(cleanup);
    if (pending.size === 0 && !ending) unlisten();
  };
}

function listen(): void {
  for (const signal of Object.keys(SIGNALS)) process.on(signal, endBy);
  process.on('exit', stopAllNow);
}

function unlisten(): void {
  for (const signal of Object.keys(SIGNALS)) process.off(signal, endBy);
  process.off('exit', stopAllNow);
}

function endBy(signal: NodeJS.Signals): void {
  const code = 128 + (signal in SIGNALS ? SIGNALS[signal as keyof typeof SIGNALS] : 0);
  // A second Ctrl-C means "now".
  if (ending) process.exit(code);
  ending = true;
  setTimeout(() => process.exit(code), LONGEST_CLEANUP_MS).unref();
  stopAll().then(
    () => process.exit(code),
    () => process.exit(code),
  );
}

async function stopAll(): Promise<void> {
  for (const cleanup of [...pending].reverse()) {
    // One clean-up may have done another's work.
    if (!pending.has(cleanup)) continue;
    try {
      await cleanup.stop();
      pending.delete(cleanup);
    } catch (error) {
      process.stderr.write(`clean-up failed: ${messageOf(error)}\n`);
    }
  }
}

function stopAllNow(): void {
  for (const cleanup of [...pending].reverse()) cleanup.stopNow?.();
}
