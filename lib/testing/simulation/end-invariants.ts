import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { World } from './model.ts';
import type { ObservedJob } from './observed.ts';
import { checkMetrics } from './observer.ts';

/** What must hold once nothing is left to do. */
export function checkEndInvariants(world: World): void {
  world.observer.look();
  for (const observed of world.observer.jobs.values()) checkEnded(observed, world);
  checkMetrics(world.observer);
  world.subject.check(world);
}

function checkEnded(observed: ObservedJob, { observer, ...world }: World): void {
  const { item, key, stranded, endedAtMs } = observed;
  if (item === undefined) {
    if (!stranded && endedAtMs === 0) observer.violate(`${key} was lost`);
    return;
  }
  const { jobId, status, reason } = item;
  const isOver = status === 'COMPLETED' || status === 'DEAD' || status === 'CANCELLED';
  if (!isOver && !stranded) observer.violate(`${jobId} stays ${status}`);
  if (status === 'DEAD' && reason === undefined) observer.violate(`${jobId} is dead without a reason`);
  if (status === 'DEAD' && !stranded) checkDead(item, { observer, ...world });
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
