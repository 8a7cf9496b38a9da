import { createHash } from 'node:crypto';
import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { expressionFault } from '../../contract/definition/schedule-expression.ts';
import { writeEnvelope } from '../../contract/envelope.ts';
import { JobDefinitionError } from '../../contract/errors.ts';
import { names, scheduleDescription } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import { keyRights } from '../access/stage-key.ts';
import type { Watched } from '../monitoring/job-alarm-settings.ts';
import { ScheduleAlarms, type Ticking } from '../monitoring/schedule-alarms.ts';
import { isSwitchedOn } from '../monitoring/ticks.ts';
import { clockChangeWarning } from './clock-changes.ts';
import type { QueueDefaultsProps } from './job-queue.ts';
import { ScheduleDeadLetters } from './schedule-dead-letters.ts';

/** Settings of {@link JobSchedules}. */
export interface JobSchedulesProps extends QueueDefaultsProps, Watched {
  readonly queue: IQueue;
  /** Epoch ms. @default Date.now() */
  readonly nowMs?: number;
}

/** Longest input template of a rule (EventBridge quotas). Scheduler takes more, but one limit for both is simpler. */
export const MAX_TEMPLATE = 8192;
/** Scheduler replaces this by the time (Scheduler User Guide, "Adding context attributes"). */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/**
 * The recurring jobs of a type. EventBridge may fire twice for one time. Then both messages have the same id, made of the
 * schedule's name and that time, and run as one job.
 *
 * A schedule in UTC becomes a rule, which fires on every emulator. A schedule with a time zone becomes one of EventBridge
 * Scheduler, in a group of its own: Scheduler's metrics are those of a group. Context `schedules=off` deploys them disabled.
 *
 * What EventBridge cannot send goes to a dead-letter queue of the type's schedules. Alarms tell of it, and of missing ticks.
 *
 * @throws JobDefinitionError if the definition's schema refuses a payload, or the last time of a schedule has passed
 */
export class JobSchedules extends Construct {
  constructor(scope: Construct, id: string, props: JobSchedulesProps) {
    super(scope, id);
    const { stage, definition, runbook, nowMs = Date.now() } = props;
    checkToCome(definition, nowMs);
    warnOfClockChanges(this, definition, nowMs);
    const deadLetters = new ScheduleDeadLetters(this, 'DeadLetters', { ...props, type: definition.type });
    const inUtc = definition.schedule.filter(({ timeZone }) => timeZone === undefined);
    const rules = inUtc.map((schedule) => [schedule, makeRule(this, schedule, { ...props, deadLetters })] as const);
    for (const queue of [props.queue, deadLetters]) {
      letSend(
        queue,
        rules.map(([, rule]) => rule),
      );
    }
    const tickings = new Map<JobSchedule, Ticking>([
      ...rules.map(([schedule, { ref }]) => [schedule, { rule: ref }] as const),
      ...makeSchedules(this, { ...props, deadLetters }),
    ]);
    new ScheduleAlarms(this, 'Alarms', { stage, definition, runbook, tickings, nowMs });
  }
}

type Sending = JobSchedulesProps & { readonly deadLetters: IQueue };

/** A schedule that is over stands in the account for ever and never fires: it is refused here, where it can be seen. */
function checkToCome({ type, schedule }: JobDefinition, nowMs: number): void {
  for (const { name, expression, timeZone = 'UTC' } of schedule) {
    // Swedish writes a date and a time as ISO 8601 does.
    const afterMs = Date.parse(`${new Date(nowMs).toLocaleString('sv', { timeZone })}Z`);
    const fault = expressionFault(expression, afterMs);
    if (fault === undefined) continue;
    throw new JobDefinitionError(
      `${type}: schedule "${name}" ${fault} (${timeZone}), got "${expression}": take it out`,
    );
  }
}

/** Warns of schedules whose times fall into a clock change of the coming year. */
function warnOfClockChanges(scope: Construct, { type, schedule }: JobDefinition, nowMs: number): void {
  for (const one of schedule) {
    const told = clockChangeWarning(one, nowMs);
    if (told === undefined) continue;
    const { name, expression, timeZone = 'UTC' } = one;
    const what = `${type}: schedule "${name}", "${expression}" in ${timeZone}: ${told}. Choose a time outside of it, or UTC`;
    Annotations.of(scope).addWarningV2(`sluice:clock-change:${name}`, what);
  }
}

function makeRule(scope: Construct, schedule: JobSchedule, props: Sending): CfnRule {
  const { stage, definition, queue, deadLetters } = props;
  return new CfnRule(scope, schedule.name, {
    description: scheduleDescription(stage, definition.type, schedule.name),
    scheduleExpression: schedule.expression,
    state: stateOf(scope, schedule, stage),
    targets: [
      {
        id: 'Queue',
        arn: queue.queueArn,
        deadLetterConfig: { arn: deadLetters.queueArn },
        inputTransformer: {
          inputPathsMap: { time: '$.time' },
          inputTemplate: templateOf(schedule, definition, '<time>'),
        },
      },
    ],
  });
}

/** In one statement: a queue's policy has room for ten conditions (SQS quotas, "Policies"). */
function letSend(queue: IQueue, rules: readonly CfnRule[]): void {
  if (rules.length === 0) return;
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ attrArn }) => attrArn) } },
    }),
  );
}

/** One group a schedule. @returns each schedule with zone and its group */
function makeSchedules(scope: Construct, props: Sending): (readonly [JobSchedule, Ticking])[] {
  const inZones = props.definition.schedule.filter(({ timeZone }) => timeZone !== undefined);
  if (inZones.length === 0) return [];
  const role = makeRole(scope, props);
  return inZones.map((schedule) => {
    const { ref: group } = new CfnScheduleGroup(scope, `${schedule.name}-group`, {
      name: groupName(props, schedule.name),
    });
    makeSchedule(scope, schedule, { ...props, role, group });
    return [schedule, { group }];
  });
}

/** Longest name of a group (EventBridge Scheduler API Reference, CreateScheduleGroup). */
export const MAX_GROUP_NAME = 64;
const HASH_LENGTH = 8;
const groupPrefix = ({ stage, definition }: Pick<JobSchedulesProps, 'stage' | 'definition'>): string =>
  names.queue(stage, definition.type).slice(0, MAX_GROUP_NAME - HASH_LENGTH - 1);
const groupName = (props: JobSchedulesProps, schedule: string): string => {
  const hash = createHash('sha256')
    .update(`${names.queue(props.stage, props.definition.type)} ${schedule}`)
    .digest('hex');
  return `${groupPrefix(props)}-${hash.slice(0, HASH_LENGTH)}`;
};

function makeSchedule(
  scope: Construct,
  schedule: JobSchedule,
  props: Sending & { readonly role: Role; readonly group: string },
): void {
  const { stage, definition, queue, role, group, deadLetters } = props;
  // Another id than before it had a group: CloudFormation makes it anew, since Scheduler moves none to another group.
  const made = new CfnSchedule(scope, `${schedule.name}-in-group`, {
    groupName: group,
    description: scheduleDescription(stage, definition.type, schedule.name),
    scheduleExpression: schedule.expression,
    ...(schedule.timeZone !== undefined && { scheduleExpressionTimezone: schedule.timeZone }),
    state: stateOf(scope, schedule, stage),
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      ...{ arn: queue.queueArn, roleArn: role.roleArn, deadLetterConfig: { arn: deadLetters.queueArn } },
      input: templateOf(schedule, definition, SCHEDULED_TIME),
    },
  });
  // Scheduler assumes the role when the schedule is made.
  made.node.addDependency(role);
}

function makeRole(scope: Construct, props: Sending): Role {
  const { stage, queue, deadLetters, encrypted } = props;
  const stack = Stack.of(scope);
  const groups = stack.formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: `${groupPrefix(props)}-*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const role = new Role(scope, 'Role', {
    // Of this account and these groups, as Scheduler's guide asks ("Confused deputy prevention").
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': groups } },
    }),
    description: 'Lets EventBridge Scheduler send recurring jobs',
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['sqs:SendMessage'],
      resources: [queue, deadLetters].map(({ queueArn }) => queueArn),
    }),
  );
  if (encrypted) role.addToPolicy(keyRights(scope, stage));
  return role;
}

const stateOf = (scope: Construct, schedule: JobSchedule, stage: string): 'ENABLED' | 'DISABLED' =>
  isSwitchedOn(scope, schedule, stage) ? 'ENABLED' : 'DISABLED';

/** The message, with a mark that EventBridge replaces by the scheduled time. */
function templateOf({ name, payload }: JobSchedule, definition: JobDefinition, mark: string): string {
  const { type } = definition;
  const refuse = (why: string, cause?: unknown) =>
    new JobDefinitionError(`${type}: the payload of schedule "${name}" ${why}`, { cause });
  const { body, envelope } = writeEnvelope({ id: `${name}:MARK`, type, payload }, type, Date.now());
  // A schema that takes time cannot be asked here: its consumer asks it.
  const { refusal } = readPayload(definition, envelope.payload);
  if (refusal !== undefined) throw refuse(`is refused: ${refusal.message}`, refusal);
  // EventBridge replaces text between angle brackets, so the payload's own brackets are escaped.
  const template = body.replace(/[<>]/g, (c) => (c === '<' ? '\\u003c' : '\\u003e')).replace('MARK', mark);
  if (template.length > MAX_TEMPLATE)
    throw refuse(`makes ${template.length} characters, EventBridge takes ${MAX_TEMPLATE}`);
  return template;
}
