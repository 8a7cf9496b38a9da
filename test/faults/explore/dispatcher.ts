import { isWaiting } from '../../../lib/contract/protocol/job-item.ts';
import { LOOK_AHEAD_MS } from '../../../lib/contract/protocol/timing.ts';
import { READS } from './requests.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** Whether something on a list is due at the dispatcher's tick. */
export const isDue = ({ items, nowMs }: State, { aws }: World): boolean =>
  items.some((id) => {
    const item = aws.jobs(id);
    return isWaiting(item) && item.listKey !== undefined && (item.listAt ?? 0) <= nowMs + LOOK_AHEAD_MS;
  });

/** A tick reads its lists and their items at once; what it sends and writes comes step by step. */
export function tick(state: State, { processes, aws }: World): void {
  let id = processes.begin({ who: 'dispatcher', nowMs: state.nowMs });
  for (;;) {
    const { waits, ended } = processes.get(id);
    const read = waits.find(({ asked }) => READS.test(processes.requests.get(asked).name));
    state.dispatcherId = ended === undefined ? id : 0;
    if (read === undefined) return;
    const answered = aws.carryOut(state, read.asked);
    if ('error' in answered) throw new RangeError(`the dispatcher’s read fails: ${answered.error}`);
    id = processes.next(id, { kind: 'answer', request: read.request, value: answered.answer, atMs: state.nowMs });
  }
}
