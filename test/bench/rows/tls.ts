import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../../lib/bundle/bundle.ts';
import { FULL_CPU_MB } from '../cost/model.ts';
import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, ratios, spread } from '../stats.ts';
import { type CpuShare, makeCpuShare } from '../tls/cpu-share.ts';
import { startTls, type Tls } from '../tls/tls.ts';

/** Each way; DynamoDB answers within the region in some 4 ms. */
const ONE_WAY_MS = 2;
const MEMORY_MB = 512;
/** A first batch that had to open its connection; and load and first batch together, which must not get longer by it. */
const MAX_RATIO = { batch: 0.9, both: 1.05 };

/** How Lambda may have it. */
interface Condition {
  readonly what: string;
  /** Of a CPU, while the function starts and after it; `undefined` for all that there is. */
  readonly share: { readonly start?: number; readonly after?: number };
  /** Between the end of the start and the first batch. */
  readonly waitMs: number;
}

const share = MEMORY_MB / FULL_CPU_MB;
const CONDITIONS: readonly Condition[] = [
  { what: 'a whole CPU', share: {}, waitMs: 0 },
  { what: `${MEMORY_MB} MB once started`, share: { after: share }, waitMs: 0 },
  { what: `${MEMORY_MB} MB once started, the batch 50 ms later`, share: { after: share }, waitMs: 50 },
  { what: `${MEMORY_MB} MB from the start`, share: { start: share, after: share }, waitMs: 0 },
];

/** The consumer as it was before it opened a connection while it starts. */
const unopened: Plugin = {
  name: 'unopened',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]engine[/\\]connection\.ts$/ }, () => ({
      contents: 'export const openConnection = () => undefined;',
    }));
  },
};

/** A first batch of 10 over TLS, with the connection opened while the function starts, and without. */
export const tls: Row = {
  name: 'tls',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const { code } = await bundle('test/bench/job/handler.ts', { plugins: [unopened] });
    const without = join(bundles.folder, 'unopened.mjs');
    await writeFile(without, code);
    const front = await startTls(stub, bundles.folder, ONE_WAY_MS);
    const cpuShare = await makeCpuShare();
    try {
      const lines: Measured[] = [];
      for (const condition of CONDITIONS) {
        const sides = { opened: bundles.sluice.file, without };
        if (cpuShare === undefined && condition.share.after !== undefined) lines.push(unlimited(condition));
        else lines.push(...(await compare(sides, condition, { front, cpuShare, runs: 2 * runs })));
      }
      return lines;
    } finally {
      await cpuShare?.remove();
      front.stop();
    }
  },
};

const unlimited = ({ what }: Condition): Measured => ({
  what: `first batch of 10 over TLS: ${what}`,
  baseline: '—',
  figure: 'a CPU can be limited only by root, with control groups of version 1',
  spread: '—',
  budget: `≤ ${MAX_RATIO.batch}`,
  verdict: 'skipped',
});

interface Surroundings {
  readonly front: Tls;
  readonly cpuShare: CpuShare | undefined;
  readonly runs: number;
}

async function compare(
  sides: { opened: string; without: string },
  condition: Condition,
  surroundings: Surroundings,
): Promise<Measured[]> {
  const loads: Record<string, number[]> = {};
  const first = async (file: string): Promise<number> => {
    const { loadMs, batchMs } = await firstBatch(file, condition, surroundings);
    loads[file] = [...(loads[file] ?? []), loadMs];
    return batchMs;
  };
  const batch = await alternate(
    { opened: () => first(sides.opened), without: () => first(sides.without) },
    surroundings.runs,
  );
  // The first run of each warms up, as in `batch`.
  const loadOf = (side: keyof typeof sides) => (loads[sides[side]] ?? []).slice(1);
  const both = (side: keyof typeof sides) => batch[side].map((ms, i) => ms + (loadOf(side)[i] ?? Number.NaN));
  return [
    line(`first batch of 10 over TLS: ${condition.what}`, batch, MAX_RATIO.batch),
    line('… with the load before it', { opened: both('opened'), without: both('without') }, MAX_RATIO.both),
  ];
}

function line(what: string, { opened, without }: Record<'opened' | 'without', number[]>, budget: number): Measured {
  const all = ratios(opened, without);
  const ms = (side: number[]) => `${median(side).toFixed(0)} ms`;
  return {
    what,
    baseline: `the connection opened by the first call: ${ms(without)}`,
    figure: `${median(all).toFixed(2)} (${ms(opened)})`,
    spread: spread(all),
    budget: `≤ ${budget}`,
    verdict: verdict(median(all) <= budget),
  };
}

/** In wall time: what a first batch waits for is as much the network as the CPU. */
async function firstBatch(
  file: string,
  { share: { start, after }, waitMs }: Condition,
  { front, cpuShare }: Surroundings,
): Promise<{ loadMs: number; batchMs: number }> {
  await cpuShare?.limit(start);
  const driver = await startDriver({
    file,
    stub: { url: front.url },
    execArgv: cpuShare?.execArgv ?? [],
    environment: { NODE_EXTRA_CA_CERTS: front.authority, AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' },
  });
  await cpuShare?.limit(after);
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const { wallMs } = await driver.run({ batches: 1, batchSize: 10, payload: {} });
  await driver.stop();
  return { loadMs: driver.load.loadWallMs, batchMs: wallMs };
}
