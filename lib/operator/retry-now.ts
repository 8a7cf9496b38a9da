import { retryJobNow } from '../contract/protocol/operate.ts';
import { type JobName, type JobTable, type Operated, operate } from './job-table.ts';

/**
 * Row `dueNow`: a parked job is due now instead of when it was. The dispatcher sends it at its next tick, within a minute.
 * Any other job is left as it is (`none`): one that waits in place comes by itself within a minute.
 *
 * @throws JobChangedError if the job changed each time it was looked at
 */
export const retryNow = (deps: JobTable, job: JobName): Promise<Operated> => operate(deps, job, retryJobNow);
