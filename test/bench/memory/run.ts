import { cpus } from 'node:os';
import { makeBundles } from '../bundles.ts';
import { table, usd } from '../cost/markdown.ts';
import { FULL_CPU_MB, lambdaPerMillion } from '../cost/model.ts';
import { PRICES } from '../cost/prices.ts';
import { median, spread } from '../stats.ts';
import { startStub } from '../stub/stub.ts';
import { CgroupError } from './cgroup.ts';
import { computed } from './computed.ts';
import { type Life, measureSizes, type Size } from './measured.ts';
import { BATCH, JOB_MS, LATENCY_MS, SIZES_MB, shareOf } from './sizes.ts';
import { livesWithin } from './whole.ts';

/** Below the smallest of Lambda's: how much room that leaves. In 80 MB one reads its own code again and again, and gets nowhere in a minute. */
const TRIED_MB = [SIZES_MB[0], 112, 96];

function report(sizes: readonly Size[]): void {
  const runs = Math.max(...sizes.map(({ lives, killed }) => lives.length + killed));
  console.log(`\n${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)};`);
  console.log(`medians of ${runs} fresh processes of each size, each limited to MB / ${FULL_CPU_MB} of a core in`);
  console.log(`turns of 20 ms and to its memory; ${LATENCY_MS} ms to DynamoDB; list prices of ${PRICES.asOf}`);
  table(
    [
      ...['MB', 'share of a vCPU', 'init', 'first batch', 'batch, jobs of no time', `batch, jobs of ${JOB_MS} ms`],
      ...['peak MB: small jobs, jobs of 300 KB', 'ended by memory'],
      ...['$ Lambda a million, no time', `…, ${JOB_MS} ms`],
    ],
    sizes.map(line),
  );
}

function line({ memoryMb, lives, killed }: Size): (string | number)[] {
  const share = shareOf(memoryMb).toFixed(2);
  const ended = `${killed} of ${lives.length + killed}`;
  if (lives.length === 0) return [memoryMb, share, '—', '—', '—', '—', '—', ended, '—', '—'];
  const all = (name: keyof Life) => lives.map((life) => life[name]);
  const ms = (name: keyof Life) => `${median(all(name)).toFixed(0)} ms (${spread(all(name), 0)})`;
  const mb = (name: keyof Life) => Math.round(Math.max(...all(name)) / 2 ** 20);
  const dollars = (name: keyof Life) => usd(lambdaPerMillion(median(all(name)), { batchSize: BATCH, memoryMb }));
  return [
    ...[memoryMb, share, ms('initMs'), ms('firstBatchMs'), ms('batchMs'), ms('waitingBatchMs')],
    `${mb('peakBytes')}, ${mb('largePeakBytes')} resident; ${mb('chargedBytes')} charged`,
    ...[ended, dollars('batchMs'), dollars('waitingBatchMs')],
  ];
}

const bundles = await makeBundles();
const stub = await startStub();
try {
  await stub.set({ latencyMs: LATENCY_MS });
  report(await measureSizes(bundles, stub));
  console.log('\nWith the pages of Node’s own binary charged as well, and a whole core, a process of');
  for (const memoryMb of TRIED_MB) console.log(`- ${memoryMb} MB ${await livesWithin(memoryMb, bundles, stub)}`);
} catch (error) {
  if (!(error instanceof CgroupError)) throw error;
  console.log(`${error.message}: they need Linux and root. So this is what the sizes should come to.`);
  await computed(bundles, stub);
} finally {
  stub.stop();
  await bundles.remove();
}
