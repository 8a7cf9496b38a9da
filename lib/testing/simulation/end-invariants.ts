import { isFinished, type JobItem, NO_BODY } from '../../contract/protocol/job-item.ts';
import type { World } from './model.ts';
import type { ObservedJob, Observer } from './observed.ts';
import { checkMetrics } from './observer.ts';

/** What must hold once nothing is left to do. */
export function checkEndInvariants(world: World): void {
  world.observer.look();
  for (const observed of world.observer.jobs.values()) checkEnded(observed, world);
  for (const sent of world.observer.refusals) checkHeard(sent, world);
  checkMetrics(world.observer);
  world.subject.check(world);
}

function checkEnded(observed: ObservedJob, { observer, ...world }: World): void {
  const { item, key, stranded, endedAtMs, spare } = observed;
  if (item === undefined) {
    if (!stranded && !spare && endedAtMs === 0) observer.violate(`${key} was lost`);
    return;
  }
  const { jobId, status, reason } = item;
  const isOver = isFinished(item);
  if (!isOver && !stranded) observer.violate(`${jobId} stays ${status}`);
  if (status === 'DEAD' && reason === undefined) observer.violate(`${jobId} is dead without a reason`);
  if (status === 'DEAD' && !stranded) checkDead(item, { observer, ...world });
}

/** Of each refused body somebody hears: its own name died of it, or that of its message did. */
function checkHeard({ messageId, key, hash }: Observer['refusals'][number], { observer }: World): void {
  const [named, spare] = [observer.jobs.get(key), observer.jobs.get(messageId)];
  const isExcused = named === undefined || named.stranded || named.purged || named.forgotten;
  const isCancelledAhead = [named, spare].some((observed) => observed?.item?.bodyHash === NO_BODY);
  if (isExcused || isCancelledAhead || named.diedOf.has(hash) || spare?.diedOf.has(hash)) return;
  observer.violate(`nobody hears of the refused body in message ${messageId}, named ${key}`);
}

/** Each dead job is in the dead-letter queue, with its reason. */
function checkDead({ jobId, runNo, reason, undelivered }: JobItem, { observer, deadLetters }: World): void {
  if (undelivered) observer.violate(`${jobId} is dead and its dead letter is pending`);
  const found = deadLetters.messages().some(({ attributes }) => {
    const text = (name: string) => attributes[name]?.StringValue;
    return text('jobId') === jobId && text('run') === String(runNo) && text('reason') === reason;
  });
  if (!found) observer.violate(`${jobId} is dead in run ${runNo} (${reason}) without a dead letter`);
}
