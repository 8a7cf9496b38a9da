import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MAX_MESSAGE_BYTES } from '../../../lib/contract/sqs-limits.ts';
import type { Bundles } from '../bundles.ts';
import type { Stub } from '../stub/stub.ts';
import { makeLimit } from './cgroup.ts';
import { driverFile, startLimited } from './limited.ts';
import { BATCH } from './sizes.ts';

const BATCHES = 60;
const LARGE_BATCHES = 10;
/** Beyond it, a process that is short of memory spends its time on reading its own code again and again. */
const LONGEST_MS = 60_000;

/**
 * Whether a process lives within so much memory when all is charged to it: pages of a file are charged to whoever reads
 * them first, and Node's binary is in use elsewhere. So it runs from a copy that nobody has read.
 *
 * @returns what became of it, for people
 */
export async function livesWithin(memoryMb: number, { folder, sluice }: Bundles, stub: Stub): Promise<string> {
  const execPath = join(folder, 'node');
  await copyFile(process.execPath, execPath);
  // Out of the page cache (GNU coreutils, "dd": nocache).
  await promisify(execFile)('dd', [`of=${execPath}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
  const limit = await makeLimit({ share: 1, memoryMb });
  try {
    const driver = await driverFile(folder);
    const lived = await startLimited({ driver, file: sluice.file, stub, limit, memoryMb, execPath });
    const timer = setTimeout(() => void lived.stop(), LONGEST_MS);
    try {
      const small = await lived.run({ batches: BATCHES, batchSize: BATCH, payload: {} });
      const payload = { filler: 'x'.repeat(MAX_MESSAGE_BYTES / 4) };
      const large = await lived.run({ batches: LARGE_BATCHES, batchSize: BATCH, payload });
      const ms = ({ wallMs }: { wallMs: number }, batches: number) => `${Math.round(wallMs / batches)} ms`;
      return `lives, batches of ${BATCH} in ${ms(small, BATCHES)}, with bodies of 256 KB in ${ms(large, LARGE_BATCHES)}`;
    } finally {
      clearTimeout(timer);
      await lived.stop();
    }
  } catch (error) {
    return `does not, or takes more than ${LONGEST_MS / 1000} s: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await limit.remove();
  }
}
