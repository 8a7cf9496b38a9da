import { DescribeRuleCommand, ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge';
import { cutAsTheyCome } from '../../aws/cut.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { take, timesOf } from '../../contract/definition/schedule-times.ts';
import { scheduleDescription } from '../../contract/names.ts';
import { itemId } from '../../contract/protocol/job-item.ts';
import { type FeedOptions, nowOf, type Stage } from '../aws.ts';
import { readItems } from '../jobs/read-items.ts';
import { queueAttributes, queuesOf } from '../stage.ts';

/** A job that EventBridge sends again and again. */
export interface ScheduleView {
  readonly name: string;
  readonly expression: string;
  readonly timeZone: string;
  /**
   * Of its rule. `unknown`: a right is missing, or it has a time zone: then it is one of EventBridge Scheduler's, which is not asked.
   */
  readonly state: 'on' | 'off' | 'missing' | 'unknown';
  /** The next three, epoch ms. Empty of a rate, and of one that is off or missing. */
  readonly nextMs: readonly number[];
  /** Its last jobs that have an item, the newest first, ten at most. Empty of a rate: its times are not known. */
  readonly last: readonly { readonly key: string; readonly status: string }[];
}

const NEXT = 3;
const LAST = 10;
/** Times that are looked at for them: the newest jobs may still wait in their queue. */
const LOOKED_AT = 2 * LAST;
const DAY_MS = 24 * 3600_000;

/**
 * The schedules of a job type: their rules, the next times, and what became of the last jobs.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function schedules(
  stage: Stage,
  definition: Pick<JobDefinition, 'type' | 'schedule' | 'retention'>,
  options: FeedOptions = {},
): Promise<ScheduleView[]> {
  const { type, schedule } = definition;
  if (schedule.length === 0) return [];
  const nowMs = nowOf(stage);
  const stateOf = await ruleStates(stage, type, options);
  const keys = new Map(schedule.map((one) => [one.name, lastKeys(one, definition.retention, nowMs)]));
  options.signal?.throwIfAborted();
  const ids = [...keys.values()].flat().map((key) => itemId(type, key));
  const items = await readItems(stage, ids, ['id', 'status']);
  const statuses = new Map(items.map((item) => [item.id, item.status]));
  return schedule.map((one) => {
    const state = one.timeZone === undefined ? stateOf(one.name) : 'unknown';
    const fires = state === 'on' || state === 'unknown';
    return {
      ...{ name: one.name, expression: one.expression, timeZone: one.timeZone ?? 'UTC', state },
      nextMs: fires ? take(timesOf(one, { fromMs: nowMs }), NEXT) : [],
      last: (keys.get(one.name) ?? [])
        .flatMap((key) => {
          const status = statuses.get(itemId(type, key));
          return status === undefined ? [] : [{ key, status }];
        })
        .slice(0, LAST),
    };
  });
}

/** Keys of its last jobs, the newest first: those whose items have not expired. */
function lastKeys(schedule: JobSchedule, retentionDays: number, nowMs: number): string[] {
  const times = take(timesOf(schedule, { fromMs: nowMs, backwards: true }), LOOKED_AT);
  return times
    .filter((atMs) => atMs > nowMs - retentionDays * DAY_MS)
    .map((atMs) => `${schedule.name}:${new Date(atMs).toISOString().replace('.000Z', 'Z')}`);
}

/** Rules that are described at the same time. */
const SIDE_BY_SIDE = 5;

/** States of the rules that send to the type's queue, by the schedule's name: their own names are CloudFormation's. */
async function ruleStates(stage: Stage, type: string, { signal }: FeedOptions) {
  const found = new Map<string, ScheduleView['state']>();
  let isDenied = false;
  const orDenied = (error: unknown): undefined => {
    if (!/AccessDenied/.test((error as Error).name)) throw error;
    isDenied = true;
  };
  const rules = (await rulesOf(stage, type, { signal }).catch(orDenied)) ?? [];
  for (const some of cutAsTheyCome(rules, ({ length }) => length < SIDE_BY_SIDE)) {
    signal?.throwIfAborted();
    const described = some.map((Name) => stage.aws.eventBridge.send(new DescribeRuleCommand({ Name })).catch(orDenied));
    for (const rule of await Promise.all(described)) {
      if (rule?.Description !== undefined) found.set(rule.Description, rule.State === 'DISABLED' ? 'off' : 'on');
    }
  }
  return (name: string) => found.get(scheduleDescription(stage.name, type, name)) ?? (isDenied ? 'unknown' : 'missing');
}

async function rulesOf(stage: Stage, type: string, { signal }: FeedOptions): Promise<string[]> {
  const { queueUrl } = await queuesOf(stage, type);
  const { QueueArn } = await queueAttributes(stage.aws.sqs, queueUrl, ['QueueArn']);
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    signal?.throwIfAborted();
    const page = await stage.aws.eventBridge.send(
      new ListRuleNamesByTargetCommand({ TargetArn: QueueArn, ...(NextToken !== undefined && { NextToken }) }),
    );
    found.push(...(page.RuleNames ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return found;
}
