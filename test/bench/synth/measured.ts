import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a program took, with all processes that it started. */
export interface Taken {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The most that one process had, and that all had at once. */
  readonly largestMb: number;
  readonly togetherMb: number;
}

const SAMPLE_MS = 50;
/** Linux counts in hundredths of a second (proc(5), `utime`). */
const TICKS = 100;

/**
 * Runs a file under this Node. Its processes are a session of their own, and are looked at in /proc until all have ended: esbuild's
 * ends after the one that started it, so that no parent counts it.
 *
 * @param flags  Node's own. @default none
 * @throws Error with what it said, if it fails
 */
export async function measured(file: string, flags: readonly string[] = []): Promise<Taken> {
  const start = performance.now();
  const child = spawn(process.execPath, [...flags, file], {
    cwd: dirname(file),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let code: number | null | undefined;
  child.once('close', (ended) => (code = ended ?? 1));
  const ticks = new Map<number, number>();
  let [largestKb, togetherKb] = [0, 0];
  while (code === undefined) {
    const all = processesOf(child.pid ?? 0);
    for (const one of all) ticks.set(one.pid, one.ticks);
    largestKb = Math.max(largestKb, ...all.map(({ peakKb }) => peakKb));
    togetherKb = Math.max(
      togetherKb,
      all.reduce((total, { residentKb }) => total + residentKb, 0),
    );
    await sleep(SAMPLE_MS);
  }
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${said}`);
  return {
    wallSeconds: (performance.now() - start) / 1000,
    cpuSeconds: [...ticks.values()].reduce((total, one) => total + one, 0) / TICKS,
    ...{ largestMb: largestKb / 1024, togetherMb: togetherKb / 1024 },
  };
}

interface Process {
  readonly pid: number;
  readonly ticks: number;
  readonly peakKb: number;
  readonly residentKb: number;
}

function processesOf(session: number): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name), session) ?? []);
}

function processOf(pid: number, session: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name in parentheses: state, parent, group, session, …; user and system ticks are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[3]) !== session) return undefined;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return { pid, ticks: Number(fields[11]) + Number(fields[12]), peakKb: kb('VmHWM'), residentKb: kb('VmRSS') };
  } catch {
    // It has ended since.
    return undefined;
  }
}
