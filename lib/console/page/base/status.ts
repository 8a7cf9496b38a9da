import type { JobDetail } from '../../api.ts';

const ENDED: readonly (JobDetail['status'] | undefined)[] = ['COMPLETED', 'CANCELLED', 'EXPIRED', 'DEAD'];

/** Whether a job has ended: only a redrive changes it then. */
export const isEndedStatus = (status: JobDetail['status'] | undefined): boolean => ENDED.includes(status);
