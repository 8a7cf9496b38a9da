import { fork } from 'node:child_process';
import { functionEnvironment } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { said } from '../said.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const JOBS = 10_000;
const MIN_RATE = 1;
const MAX_CPU = 1.1;

/** enqueueMany against the loop that one would write by hand, in one process, in turn. */
export const producer: Row = {
  name: 'producer',
  async measure({ stub, runs }: Bench): Promise<Measured[]> {
    const child = fork(new URL('../producer/main.ts', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: functionEnvironment(stub.url),
    });
    await said(child);
    const cpu: Record<string, number[]> = { ours: [], loop: [] };
    const send = (how: 'ours' | 'loop') => async () => {
      const heard = said(child);
      child.send({ how, jobs: JOBS });
      const { wallMs, cpuUs } = (await heard) as { wallMs: number; cpuUs: number };
      cpu[how]?.push(cpuUs / JOBS);
      return JOBS / (wallMs / 1000);
    };
    const rate = await alternate({ ours: send('ours'), loop: send('loop') }, runs);
    child.kill();
    const rates = ratios(rate.ours, rate.loop);
    // The first of each warmed up.
    const cpus = ratios(cpu.ours?.slice(1) ?? [], cpu.loop?.slice(1) ?? []);
    const what = `producer: enqueueMany of ${JOBS.toLocaleString('en')}`;
    const perSecond = (side: number[]) => `${Math.round(median(side)).toLocaleString('en')}/s`;
    return [
      {
        what: `${what}, rate`,
        baseline: `a hand-written SendMessageBatch loop, ten calls at a time: ${perSecond(rate.loop)}`,
        figure: `${median(rates).toFixed(2)} (${perSecond(rate.ours)})`,
        spread: spread(rates),
        budget: `≥ ${MIN_RATE.toFixed(1)}`,
        verdict: verdict(median(rates) >= MIN_RATE),
      },
      {
        what: `${what}, CPU`,
        baseline: `the same loop: ${Math.round(median(cpu.loop ?? []))} µs a job`,
        figure: `${median(cpus).toFixed(2)} (${Math.round(median(cpu.ours ?? []))} µs a job)`,
        spread: spread(cpus),
        budget: `≤ ${MAX_CPU}`,
        verdict: verdict(median(cpus) <= MAX_CPU),
      },
    ];
  },
};
