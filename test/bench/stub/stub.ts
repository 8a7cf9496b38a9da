import { fork } from 'node:child_process';
import { said } from '../said.ts';

/** AWS on this machine, in a process of its own: its CPU is not the measured one's. */
export interface Stub {
  readonly url: string;
  /** @returns calls by target since the last setting */
  set(setting: { latencyMs?: number; due?: { jobs: number; shards: number } }): Promise<Record<string, number>>;
  stop(): void;
}

export async function startStub(): Promise<Stub> {
  const child = fork(new URL('main.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { port } = (await said(child)) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async set(setting) {
      const heard = said(child);
      child.send(setting);
      return ((await heard) as { calls: Record<string, number> }).calls;
    },
    stop: () => void child.kill(),
  };
}
