import type { Bundles } from '../bundles.ts';
import type { Stub } from '../stub/stub.ts';
import { makeLimit } from './cgroup.ts';
import { driverFile, type LimitedDriver, startLimited } from './limited.ts';
import { BATCH, JOB_MS, SIZES_MB, shareOf } from './sizes.ts';

const RUNS = 7;
const WARMING_BATCHES = 60;
/** Of each measured run: enough that a throttled turn more or less does not matter. */
const BATCHES = 20;
const WAITING_BATCHES = 5;
/** Ten such bodies in the jobs of a batch. */
const LARGE_BYTES = 300_000;
const LARGE_BATCHES = 10;

/** One process of a size, from its start to its end. */
export interface Life {
  /** Start of the process until the function is loaded, ms. */
  readonly initMs: number;
  readonly firstBatchMs: number;
  readonly batchMs: number;
  readonly waitingBatchMs: number;
  /** Resident at most, shared pages of Node's binary included. */
  readonly peakBytes: number;
  /** The same after batches of large jobs. */
  readonly largePeakBytes: number;
  /** What the kernel charged to the limit at most. */
  readonly chargedBytes: number;
}

/** How a size's processes fared: those that ended by themselves, of memory, are counted only. */
export interface Size {
  readonly memoryMb: number;
  readonly lives: Life[];
  killed: number;
}

/**
 * Runs processes of each size in turn, each in its limit, while the stub of AWS and this process are in none.
 *
 * @throws CgroupError where limits cannot be set
 */
export async function measureSizes(bundles: Bundles, stub: Stub): Promise<Size[]> {
  const driver = await driverFile(bundles.folder);
  const sizes: Size[] = SIZES_MB.map((memoryMb) => ({ memoryMb, lives: [], killed: 0 }));
  for (let run = 0; run < RUNS; run++) {
    for (const size of sizes) {
      const { memoryMb } = size;
      const limit = await makeLimit({ share: shareOf(memoryMb), memoryMb });
      try {
        const process = await startLimited({ driver, file: bundles.sluice.file, stub, limit, memoryMb });
        const figures = await live(process).finally(() => process.stop());
        size.lives.push({ ...figures, chargedBytes: await limit.peakBytes() });
      } catch (error) {
        // Killed by the kernel, or aborted by V8 (`said` names the signal): out of memory. Else the bench is broken.
        if (!(error instanceof Error && error.message.includes('SIG'))) throw error;
        size.killed += 1;
      } finally {
        await limit.remove();
      }
    }
    console.error(`run ${run + 1} of ${RUNS}`);
  }
  return sizes;
}

async function live({ initMs, run }: LimitedDriver): Promise<Omit<Life, 'chargedBytes'>> {
  const order = { batchSize: BATCH, payload: {} };
  const { wallMs: firstBatchMs } = await run({ ...order, batches: 1 });
  await run({ ...order, batches: WARMING_BATCHES });
  const warm = await run({ ...order, batches: BATCHES });
  const waiting = await run({ ...order, batches: WAITING_BATCHES, payload: { ms: JOB_MS } });
  const large = await run({ ...order, batches: LARGE_BATCHES, payload: { filler: 'x'.repeat(LARGE_BYTES) } });
  return {
    ...{ initMs, firstBatchMs },
    batchMs: warm.wallMs / BATCHES,
    waitingBatchMs: waiting.wallMs / WAITING_BATCHES,
    peakBytes: waiting.peakBytes,
    largePeakBytes: large.peakBytes,
  };
}
