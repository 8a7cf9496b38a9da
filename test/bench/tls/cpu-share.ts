import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup/cpu';
/** As short as Linux takes a share of, so that a process in it is slow and not stopped for long. */
const PERIOD_US = 20_000;

/** Processes that share a limited CPU, by Linux's control groups (version 1; only root may). */
export interface CpuShare {
  /** Node's, for a process that is in it before it loads anything. */
  readonly execArgv: readonly string[];
  /** @param share of a core; `undefined` for all that there is */
  limit(share: number | undefined): Promise<void>;
  remove(): Promise<void>;
}

/** @returns undefined where there are no such groups, or they are not ours to make */
export async function makeCpuShare(): Promise<CpuShare | undefined> {
  const folder = join(ROOT, `sluice-bench-${process.pid}`);
  const made = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (!made) return undefined;
  await writeFile(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
  const enter = `(await import('node:fs')).writeFileSync('${folder}/cgroup.procs', String(process.pid))`;
  return {
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(enter)}`],
    limit: (share) =>
      writeFile(join(folder, 'cpu.cfs_quota_us'), String(share === undefined ? -1 : Math.round(share * PERIOD_US))),
    remove: () => rmdir(folder),
  };
}
