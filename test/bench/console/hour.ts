import { fork } from 'node:child_process';
import { said } from '../said.ts';
import type { HourStarted } from './hour-main.ts';

const MAIN = new URL('hour-main.ts', import.meta.url);
const LOOK_SECONDS = 5;
const HOUR_SECONDS = 3600;

/**
 * An hour of a console of 50 job types whose pages are all open, in as much time as its requests take: its clock leaps.
 *
 * @returns the resident memory of its process at its end, in MB
 */
export async function megabytesAfterAnHour(): Promise<number> {
  const child = fork(MAIN, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--expose-gc'] });
  try {
    const { url, code } = (await said(child)) as HourStarted;
    const token = await tokenFor(url, code);
    const get = async (path: string) => {
      const response = await fetch(`${url}/api/${path}`, { headers: { 'x-sluice-token': token } });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    };
    for (let second = 0; second < HOUR_SECONDS; second += LOOK_SECONDS) {
      await Promise.all(['about', 'overview', 'type?type=type-7', 'waiting', 'operations'].map(get));
      if (second % 60 === 0) await get('dead');
      const moved = said(child);
      child.send({ leapMs: LOOK_SECONDS * 1000 });
      await moved;
    }
    const weighed = said(child);
    child.send({ leapMs: 0 });
    return ((await weighed) as number) / 1e6;
  } finally {
    child.kill();
  }
}

async function tokenFor(url: string, code: string): Promise<string> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return ((await response.json()) as { token: string }).token;
}
