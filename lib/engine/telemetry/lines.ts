import { Console } from 'node:console';

/** Lines that are not written yet, the oldest first. */
const waiting: string[] = [];
let out: Console | undefined;

/**
 * Writes a line to stdout, together with those of the same microtask turn: the lines of ten jobs side by side are one write.
 * Nothing else of the process runs in between but what already waits for this turn, so that a line is as safe as one that
 * is written at once: no handler is called before, no timeout and no signal comes before.
 */
export function writeLine(line: string): void {
  if (waiting.push(line) === 1) queueMicrotask(writeWaiting);
}

/** What goes to the log by another way comes after the lines that wait. */
export function writeWaiting(): void {
  if (waiting.length === 0) return;
  // As Powertools: the global one has a prefix of Lambda's, and a stream that cannot be written to throws nothing here.
  out ??= new Console({ stdout: process.stdout, stderr: process.stderr });
  out.log(waiting.splice(0).join('\n'));
}

process.on('exit', writeWaiting);
