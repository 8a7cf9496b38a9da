import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Processes in which the emulator runs the stage's functions; only those that descend from this process. */
export async function workersOf(stage: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='], { maxBuffer: 10_000_000 });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const isOurs = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) if (at === process.pid) return true;
    return false;
  };
  const mark = `ministack-lambda-sluice-${stage}-`;
  return all.flatMap(({ pid, command }) => (command.includes(mark) && isOurs(pid) ? [pid] : []));
}

/** @returns whether it was there to be killed */
export function killWorker(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
