import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { expressionFault } from '../../contract/definition/schedule-expression.ts';
import { writeEnvelope } from '../../contract/envelope.ts';
import { JobDefinitionError } from '../../contract/errors.ts';
import { partsOf } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import { keyRights } from '../access/stage-key.ts';
import { clockChangeWarning } from './clock-changes.ts';

/** Settings of {@link JobSchedules}. */
export interface JobSchedulesProps {
  readonly stage: string;
  readonly definition: JobDefinition;
  readonly queue: Queue;
  /** Whether the queue has the stage's key. */
  readonly encrypted: boolean;
  /** Epoch ms. @default Date.now() */
  readonly nowMs?: number;
}

/** Longest input template of a rule (EventBridge quotas). Scheduler takes more, but one limit for both is simpler. */
const MAX_TEMPLATE = 8192;
/** Scheduler replaces this by the time (Scheduler User Guide, "Adding context attributes"). */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

/**
 * The recurring jobs of a type. EventBridge may fire twice for one time. Then both messages have the same id, made of the
 * schedule's name and that time, and run as one job.
 *
 * A schedule in UTC becomes a rule, which fires on every emulator. A schedule with a time zone becomes one of EventBridge
 * Scheduler. Context `schedules=off` deploys them disabled.
 *
 * @throws JobDefinitionError if the definition's schema refuses a payload, or the last time of a schedule has passed
 */
export class JobSchedules extends Construct {
  constructor(scope: Construct, id: string, props: JobSchedulesProps) {
    super(scope, id);
    const { definition, nowMs = Date.now() } = props;
    checkToCome(definition, nowMs);
    warnOfClockChanges(this, definition, nowMs);
    const inZones = definition.schedule.filter(({ timeZone }) => timeZone !== undefined);
    const inUtc = definition.schedule.filter(({ timeZone }) => timeZone === undefined);
    letSend(
      props.queue,
      inUtc.map((schedule) => makeRule(this, schedule, props)),
    );
    if (inZones.length === 0) return;
    const role = makeRole(this, props);
    for (const schedule of inZones) makeSchedule(this, schedule, { ...props, role });
  }
}

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

function makeRule(scope: Construct, schedule: JobSchedule, props: JobSchedulesProps): CfnRule {
  const { stage, definition, queue } = props;
  return new CfnRule(scope, schedule.name, {
    description: `Sluice ${stage}: sends the ${definition.type} job ${schedule.name}`,
    scheduleExpression: schedule.expression,
    state: stateOf(scope, schedule, stage),
    targets: [
      {
        id: 'Queue',
        arn: queue.queueArn,
        inputTransformer: {
          inputPathsMap: { time: '$.time' },
          inputTemplate: templateOf(schedule, definition, '<time>'),
        },
      },
    ],
  });
}

/** In one statement: a queue's policy has room for ten conditions (SQS quotas, "Policies"). */
function letSend(queue: Queue, rules: readonly CfnRule[]): void {
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

function makeSchedule(scope: Construct, schedule: JobSchedule, props: JobSchedulesProps & { role: Role }): void {
  const { stage, definition, queue, role } = props;
  const made = new CfnSchedule(scope, schedule.name, {
    description: `Sluice ${stage}: sends the ${definition.type} job ${schedule.name}`,
    scheduleExpression: schedule.expression,
    ...(schedule.timeZone !== undefined && { scheduleExpressionTimezone: schedule.timeZone }),
    // No emulator writes the scheduled time into the message, so every tick would send a job that is refused.
    state: scope.node.tryGetContext('emulator') === undefined ? stateOf(scope, schedule, stage) : 'DISABLED',
    flexibleTimeWindow: { mode: 'OFF' },
    target: { arn: queue.queueArn, roleArn: role.roleArn, input: templateOf(schedule, definition, SCHEDULED_TIME) },
  });
  // Scheduler assumes the role when the schedule is made.
  made.node.addDependency(role);
}

function makeRole(scope: Construct, { stage, queue, encrypted }: JobSchedulesProps): Role {
  const stack = Stack.of(scope);
  const group = stack.formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: 'default',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const role = new Role(scope, 'Role', {
    // Of this account and group, as Scheduler's guide asks ("Confused deputy prevention").
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
    }),
    description: 'Lets EventBridge Scheduler send recurring jobs',
  });
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  if (encrypted) role.addToPolicy(keyRights(scope, stage));
  return role;
}

function stateOf(scope: Construct, { offInStages = [] }: JobSchedule, stage: string): 'ENABLED' | 'DISABLED' {
  const off =
    [stage, partsOf(stage).stage].some((one) => offInStages.includes(one)) ||
    scope.node.tryGetContext('schedules') === 'off';
  return off ? 'DISABLED' : 'ENABLED';
}

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
