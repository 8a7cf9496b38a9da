import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { dueList, itemId, type JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Stage } from '../../../../lib/operator/index.ts';
import { defineProbe } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from './stage.ts';

/** Id of the flow of these tests: the key of its callback. */
export const FLOW = 'f1';
const HOUR_MS = 3600_000;
const { payload } = defineProbe();
const step = (type: string, handsOn: readonly string[] = []) => defineJob({ type, payload, handsOn });
/** `statement` jobs are children, `statements-sent` their callback; `archive` comes after a statement, in a chain. */
export const DEFINITIONS = [
  step('statement', ['archive', 'statements-sent']),
  step('statements-sent', ['archive']),
  step('archive', ['statements-sent']),
] as const;
const QUEUE = { visibilityTimeoutSeconds: 30, retentionSeconds: 7 * 24 * 3600 };

/** A stage with three job types, whose table holds what a test writes, as the engine would have. */
export interface FlowStage {
  readonly world: World;
  readonly stage: Stage;
  /** The item of `<type>#<key>`. */
  item(id: string): JobItem | undefined;
  /** Writes a job's item. */
  put(id: string, change?: Partial<JobItem>): void;
  /** Writes a callback that waits for `open`, an hour before its deadline. */
  callback(change?: Partial<JobItem>, id?: string): void;
}

export function flowStage(): FlowStage {
  const world = makeWorld({ definition: DEFINITIONS[0] });
  const nowMs = world.clock.now();
  for (const { type } of DEFINITIONS.slice(1)) {
    for (const name of [type, `${type}-dlq`]) world.sqs.createQueue(`sluice-test-${name}`, QUEUE);
  }
  const put: FlowStage['put'] = (id, change = {}) => {
    const [type = '', key = ''] = id.split('#');
    const counters = { runNo: 1, attempts: 0, maxAttempts: 5, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 };
    const times = { createdAt: new Date(nowMs).toISOString(), expiration: nowMs / 1000 + 22 * 24 * 3600 };
    world.dynamoDb.put(JOBS_TABLE, {
      ...{ id, type, jobId: key, status: 'INPROGRESS', bodyHash: 'hash', ...counters, ...times },
      ...change,
    });
  };
  return {
    ...{ world, put, stage: stageOf(world) },
    item: (id) => world.dynamoDb.item(JOBS_TABLE, id),
    callback(change = {}, id = itemId('statements-sent', FLOW)) {
      const dueAt = nowMs + HOUR_MS;
      const list = { dueAt, listAt: dueAt, deadlineAt: dueAt, listKey: dueList(id), envelope: { body: 'secret' } };
      const total = change.total ?? 3;
      const children = [{ type: 'statement', n: total }];
      put(id, { status: 'SCHEDULED', ...list, mode: 'settled', total, children, ...change });
    },
  };
}

/** What the item of a child of a flow says of it. */
export const placeOf = (place: number, key = FLOW): Pick<JobItem, 'flow'> => ({
  flow: { of: { type: 'statements-sent', key, place } },
});
