import { type JobItem, NO_BODY } from '../../contract/protocol/job-item.ts';
import type { World } from './model.ts';
import type { Watched, Witness } from './observed.ts';
import { checkMetrics } from './observer.ts';

/** What must hold once nothing is left to do. */
export function checkEnds(world: World): void {
  world.witness.look();
  for (const watched of world.witness.jobs.values()) checkEnded(watched, world);
  for (const sent of world.witness.refusals) checkHeard(sent, world);
  checkMetrics(world.witness);
  world.subject.check(world);
}

function checkEnded(watched: Watched, { witness, ...world }: World): void {
  const { item, key, stranded, endedAtMs, spare } = watched;
  if (item === undefined) {
    if (!stranded && !spare && endedAtMs === 0) witness.violate(`${key} was lost`);
    return;
  }
  const { jobId, status, reason } = item;
  const isOver = status === 'COMPLETED' || status === 'DEAD' || status === 'CANCELLED';
  if (!isOver && !stranded) witness.violate(`${jobId} stays ${status}`);
  if (status === 'DEAD' && reason === undefined) witness.violate(`${jobId} is dead without a reason`);
  if (status === 'DEAD' && !stranded) checkDead(item, { witness, ...world });
}

/** Of each refused body somebody hears: its own name died of it, or that of its message did. */
function checkHeard({ messageId, key, hash }: Witness['refusals'][number], { witness }: World): void {
  const [named, spare] = [witness.jobs.get(key), witness.jobs.get(messageId)];
  const isExcused = named === undefined || named.stranded || named.purged || named.forgotten;
  const isCancelledAhead = [named, spare].some((watched) => watched?.item?.bodyHash === NO_BODY);
  if (isExcused || isCancelledAhead || named.diedOf.has(hash) || spare?.diedOf.has(hash)) return;
  witness.violate(`nobody hears of the refused body in message ${messageId}, named ${key}`);
}

/** Each dead job is in the dead-letter queue, with its reason. */
function checkDead({ jobId, runNo, reason, undelivered }: JobItem, { witness, deadLetters }: World): void {
  if (undelivered) witness.violate(`${jobId} is dead and its letter is owed`);
  const found = deadLetters.messages().some(({ attributes }) => {
    const text = (name: string) => attributes[name]?.StringValue;
    return text('jobId') === jobId && text('run') === String(runNo) && text('reason') === reason;
  });
  if (!found) witness.violate(`${jobId} is dead in run ${runNo} (${reason}) without a letter`);
}
