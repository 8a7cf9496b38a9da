import type { JobError } from '../errors.ts';
import { cut } from '../thrown.ts';
import type { JobItem } from './job-item.ts';

/** What ended the last attempt's process, if that could leave a note. */
export const crashOf = ({ crash, owner }: JobItem): JobError | undefined =>
  crash !== undefined && crash.owner === owner ? crash : undefined;

/** What a job died of whose processes died. */
export function crashMessage(item: JobItem): string {
  const crash = crashOf(item);
  const died = `the process of attempt ${item.attempts} of ${item.maxAttempts} died`;
  if (crash === undefined) return died;
  return cut(`${died}: ${crash.name}: ${crash.message}`);
}
