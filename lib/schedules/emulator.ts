import { isEmulator } from '../aws/emulator.ts';
import { ScheduleError } from './errors.ts';

/** What an emulator's Scheduler leaves out; undefined: AWS answers. */
export interface Emulated {
  readonly timeZone: string;
  readonly put: string | undefined;
}

const NO_ZONES =
  'MiniStack reads every expression in UTC: leave timeZone out on this machine, and say the time in UTC there';
const NEVER = 'the Scheduler of LocalStack never fires: use MiniStack (--emulator=embedded), or run-now';

/**
 * What the emulator at an endpoint cannot do. MiniStack answers at a path of its own, LocalStack at none of that name.
 *
 * @param get asks for a URL; true if it answered well
 */
export async function emulatedAt(
  endpoint: string | undefined,
  get: (url: URL) => Promise<boolean> = answers,
): Promise<Emulated | undefined> {
  if (!isEmulator(endpoint) || endpoint === undefined) return undefined;
  const isMiniStack = await get(new URL('/_ministack/health', endpoint));
  return { timeZone: NO_ZONES, put: isMiniStack ? undefined : NEVER };
}

const HEALTH_MS = 2000;

async function answers(url: URL): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(HEALTH_MS), redirect: 'error' })).ok;
  } catch {
    return false;
  }
}

/** @throws ScheduleError that names what the emulator cannot do */
export function refuseEmulated(emulated: Emulated | undefined, { timeZone }: { readonly timeZone: string }): void {
  if (emulated?.put !== undefined) throw new ScheduleError(emulated.put);
  if (emulated !== undefined && timeZone !== 'UTC') throw new ScheduleError(emulated.timeZone);
}
