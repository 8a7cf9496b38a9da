import { messageOf } from './errors.ts';

/** Stops a resource that must not outlive this process. */
export interface Cleanup {
  readonly stop: () => Promise<void>;
  /** Runs when the process exits and cannot wait: an uncaught error, `process.exit`. */
  readonly stopNow?: () => void;
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** After this time the process ends even if a clean-up hangs. */
const LONGEST_CLEANUP_MS = 30_000;

const pending = new Set<Cleanup>();
let ending = false;

/**
 * Runs `cleanup` when the process ends, by a signal or in any other way. Clean-ups run one after another, the last registered
 * first. Then the process ends with the signal's exit code.
 *
 * @returns a function that removes the clean-up, for callers that have stopped the resource themselves
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
