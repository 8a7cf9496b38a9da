import { open, rm } from 'node:fs/promises';
import type { DeadLetter } from './receive.ts';

/** A new file of dead letters, as lines of JSON: `messageId`, `attributes`, `group`, `trace`, `sentAt`, `body`. */
export interface Saved {
  /** They are on the disk when it is done. */
  add(deadLetters: readonly DeadLetter[]): Promise<void>;
  /** Those that were written. */
  count(): number;
  /** An empty file is removed. */
  close(): Promise<void>;
}

/** @throws the file system's error if the file exists or cannot be written */
export async function makeSaved(path: string | undefined): Promise<Saved> {
  let written = 0;
  if (path === undefined) return { add: async () => undefined, count: () => written, close: async () => undefined };
  // `wx`: never writes over an existing file.
  const file = await open(path, 'wx', 0o600);
  return {
    async add(deadLetters) {
      const lines = deadLetters.map(({ receiptHandle: _, read: __, sentAtMs, ...deadLetter }) =>
        JSON.stringify({ ...deadLetter, sentAt: new Date(sentAtMs).toISOString() }),
      );
      if (lines.length === 0) return;
      await file.write(`${lines.join('\n')}\n`);
      await file.datasync();
      written += lines.length;
    },
    count: () => written,
    async close() {
      await file.close();
      if (written === 0) await rm(path);
    },
  };
}
