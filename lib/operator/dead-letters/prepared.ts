import type { Stage } from '../aws.ts';
import { type Identity, identityOf } from './filter.ts';
import type { DeadLetter } from './receive.ts';
import { isJobOf, missingRun } from './runs.ts';
import type { SendBackEntry } from './send-back.ts';

/** What a dead letter is sent back with: what it does not say itself is read from its job. */
export async function prepared(stage: Stage, type: string, deadLetter: DeadLetter): Promise<SendBackEntry> {
  const [run, identity] = await Promise.all([
    missingRun(stage, type, deadLetter),
    formerIdentity(stage, type, deadLetter),
  ]);
  return { deadLetter, ...(run !== undefined && { run }), ...(identity && { identity }) };
}

/**
 * The identity of a message whose only `jobId` may be an earlier version's, or its sender's own. It is the earlier version's
 * where it names a job with this body.
 */
async function formerIdentity(stage: Stage, type: string, deadLetter: DeadLetter): Promise<Identity | undefined> {
  const { formerJobId, ...read } = deadLetter.read;
  if (formerJobId === undefined) return undefined;
  const identity = identityOf(deadLetter, type);
  if (await isJobOf(stage, type, { identity, body: deadLetter.body })) return identity;
  return identityOf({ ...deadLetter, read }, type);
}
