import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { Trouble } from './definitions.ts';

/** The real work of a job type, with the trouble that the payload asks for. */
export const chaotic =
  <Work>(perform: (work: Work, context: JobContext) => Promise<unknown>) =>
  async ({ trouble, work }: { readonly trouble: Trouble; readonly work: Work }, context: JobContext) => {
    await sleep(trouble.lastsMs);
    if (trouble.when === 'before') make(trouble, context);
    const result = await perform(work, context);
    if (trouble.when === 'after') make(trouble, context);
    return result;
  };

function make({ fails, kills, isPermanent }: Trouble, { job }: JobContext): void {
  if (job.attempts <= kills) process.kill(process.pid, 'SIGKILL');
  if (isPermanent) throw new PermanentError('fails for good');
  if (job.attempts <= fails) throw new Error('fails at random');
}
