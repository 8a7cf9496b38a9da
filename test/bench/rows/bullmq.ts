import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import type { Bench, Measured, Row } from '../row.ts';
import { said } from '../said.ts';
import { alternate } from '../stats.ts';

/** What the measured workers have: as much for whoever is measured beside them. */
export const BATCH = 25;
export const JOBS = 1000;
/** Runs before the first that counts: until V8 has compiled what is hot. */
export const WARM_UP_RUNS = 20;
const WHAT = 'CPU per successful job, warm, batch 25';
const MAX_RATIOS = { bare: 0.85, dutiful: 0.65 } as const;
/** A tick of /proc's CPU times on Linux. */
const TICKS_PER_SECOND = 100;
export const VERSION = 'BullMQ 6.7.0';

/**
 * Against a BullMQ worker and the Redis that holds its queue, both counted: DynamoDB and SQS are AWS's own CPU. Bare, which
 * is less than Sluice does, and with the same validation and log lines.
 */
export const bullmq: Row = {
  name: 'bullmq',
  async measure({ bundles, stub, ...bench }: Bench): Promise<Measured[]> {
    const redis = await startRedis();
    if (redis === undefined) {
      const figure = 'skipped: no redis-server here (apt-get install redis-server)';
      const budget = Object.values(MAX_RATIOS)
        .map((max) => `≤ ${max}`)
        .join(' and ');
      return [{ what: WHAT, baseline: `${VERSION} worker + Redis`, figure, spread: '—', budget, verdict: 'skipped' }];
    }
    const [bare, dutiful] = [await startWorker('bare', redis), await startWorker('dutiful', redis)];
    const sluice = await startDriver({ file: bundles.sluice.file, stub });
    const order = { batches: JOBS / BATCH, batchSize: BATCH, payload: {} };
    const sides = {
      sluice: async () => (await sluice.run(order)).cpuUs / JOBS,
      bare: bare.run,
      dutiful: dutiful.run,
    };
    for (let i = 0; i < WARM_UP_RUNS; i++) for (const side of Object.values(sides)) await side();
    const figures = await alternate(sides, pairsOf(bench));
    await sluice.stop();
    for (const worker of [bare, dutiful]) worker.stop();
    await redis.stop();
    const baselines = {
      bare: `${VERSION} worker + Redis, concurrency 10`,
      dutiful: 'the same with its payload validated, start and end logged',
    };
    return (['bare', 'dutiful'] as const).map((how) => {
      const sidesOf = { ours: figures.sluice, theirs: figures[how], max: MAX_RATIOS[how], unit: 'µs' } as const;
      return paired({ what: WHAT, baseline: baselines[how], ...sidesOf });
    });
  },
};

export interface BullWorker {
  /** @returns CPU µs a job, Redis's included */
  run(): Promise<number>;
  stop(): void;
}

export async function startWorker(how: 'bare' | 'dutiful', redis: Redis): Promise<BullWorker> {
  const worker = fork(new URL('../bullmq/worker.ts', import.meta.url), [String(redis.port), how], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await said(worker);
  return {
    async run() {
      const before = await redis.cpuUs();
      const heard = said(worker);
      worker.send({ jobs: JOBS });
      const { cpuUs } = (await heard) as { cpuUs: number };
      return (cpuUs + (await redis.cpuUs()) - before) / JOBS;
    },
    stop: () => void worker.kill(),
  };
}

export interface Redis {
  readonly port: number;
  /** CPU of the server so far. */
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<Redis | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ready = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
    server.stdout.on('data', (text: Buffer) => text.includes('Ready to accept connections') && resolve(true));
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  if (!(await ready)) {
    await remove();
    return undefined;
  }
  return {
    port,
    async cpuUs() {
      const stat = await readFile(`/proc/${server.pid}/stat`, 'utf8');
      // Fields 14 and 15, counted after the name, which may hold spaces (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000_000;
    },
    async stop() {
      server.kill();
      await once(server, 'exit');
      await remove();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new TypeError('the probe has no port');
  return address.port;
}
