import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onProcessEnd } from '../../../localstack/cleanup.ts';
import { messageOf } from '../../../localstack/errors.ts';

/** A share of a core and an amount of memory, for the processes that join. */
export interface Limit {
  /** Files into which a process writes its id to join. */
  readonly doors: readonly string[];
  /** Memory that was charged at most, bytes: the kernel's share, and files that these processes read first, included. */
  peakBytes(): Promise<number>;
  /** Once its processes have ended. */
  remove(): Promise<void>;
}

export interface LimitSetting {
  /** 1 is a core. */
  readonly share: number;
  readonly memoryMb: number;
}

/** As Lambda's sandbox has it (Firecracker's microVMs are throttled in 20 ms): a small share runs in short turns. */
const PERIOD_US = 20_000;
/** The kernel takes no less (kernel documentation, "CFS bandwidth control"). */
const MIN_QUOTA_US = 1000;

const ROOT = '/sys/fs/cgroup';
const NAME = `sluice-bench-${process.pid}`;

/** Limits cannot be set on this machine, and why. */
export class CgroupError extends Error {
  override readonly name = 'CgroupError';
}

/** @throws CgroupError where the kernel has no control groups, or this user may make none */
export async function makeLimit(setting: LimitSetting): Promise<Limit> {
  try {
    if (existsSync(join(ROOT, 'cpu', 'cpu.cfs_quota_us'))) return await versionOne(setting);
    if (existsSync(join(ROOT, 'cgroup.controllers'))) return await versionTwo(setting);
  } catch (cause) {
    throw new CgroupError(`control groups cannot be made in ${ROOT} (${messageOf(cause)})`, { cause });
  }
  throw new CgroupError(`no control groups with a CPU quota in ${ROOT}`);
}

const quotaUs = (share: number): number => Math.max(MIN_QUOTA_US, Math.round(share * PERIOD_US));
const bytes = (memoryMb: number): string => String(memoryMb * 2 ** 20);

async function versionOne({ share, memoryMb }: LimitSetting): Promise<Limit> {
  const [cpu, memory] = [join(ROOT, 'cpu', NAME), join(ROOT, 'memory', NAME)];
  await mkdir(cpu);
  await writeFile(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
  await writeFile(join(cpu, 'cpu.cfs_quota_us'), String(quotaUs(share)));
  await mkdir(memory);
  await writeFile(join(memory, 'memory.limit_in_bytes'), bytes(memoryMb));
  return limit([cpu, memory], join(memory, 'memory.max_usage_in_bytes'));
}

async function versionTwo({ share, memoryMb }: LimitSetting): Promise<Limit> {
  const group = join(ROOT, NAME);
  await writeFile(join(ROOT, 'cgroup.subtree_control'), '+cpu +memory');
  await mkdir(group);
  await writeFile(join(group, 'cpu.max'), `${quotaUs(share)} ${PERIOD_US}`);
  await writeFile(join(group, 'memory.max'), bytes(memoryMb));
  return limit([group], join(group, 'memory.peak'));
}

function limit(groups: readonly string[], peak: string): Limit {
  const removeAll = async () => {
    for (const group of groups) await removed(group);
  };
  const removedByItself = onProcessEnd({ stop: removeAll });
  return {
    doors: groups.map((group) => join(group, 'cgroup.procs')),
    peakBytes: async () => Number(await readFile(peak, 'utf8')),
    async remove() {
      await removeAll();
      removedByItself();
    },
  };
}

/** The kernel lets go of a process some time after its parent has heard of its end. */
async function removed(group: string, tries = 50): Promise<void> {
  try {
    await rmdir(group);
  } catch (error) {
    if (tries === 0) throw error;
    await sleep(20);
    await removed(group, tries - 1);
  }
}
