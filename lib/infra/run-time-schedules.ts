import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { scheduleNames } from '../contract/schedule-names.ts';
import { keyRights } from './access/stage-key.ts';
import { arnsOf } from './arns.ts';
import { acknowledge, acknowledgeWildcard } from './checks/security.ts';
import { queueDefaults } from './job/job-queue.ts';
import { stageSchedulesAlarm } from './monitoring/stage-schedules-alarm.ts';
import { removalPolicy } from './stage-settings.ts';

/** Settings of {@link RunTimeSchedules}. */
export interface RunTimeSchedulesProps {
  readonly stage: string;
  readonly disposable: boolean;
  /** The stage's key, if it has one. */
  readonly key: IKey | undefined;
  readonly topic: ITopic;
  readonly runbook: string;
}

/** SQS's longest retention. */
const RETENTION = Duration.days(14);

/**
 * What schedules that are made at run time (`sluice/schedules`) need: one group for all of a stage, the role that EventBridge
 * Scheduler sends as, and a dead-letter queue for ticks that it could not send, with an alarm. They cost nothing without
 * schedules, but for the alarm.
 */
export class RunTimeSchedules extends Construct {
  constructor(scope: Construct, id: string, props: RunTimeSchedulesProps) {
    super(scope, id);
    const { stage, disposable } = props;
    const group = new CfnScheduleGroup(this, 'Group', { name: scheduleNames.group(stage) });
    // With a group go all of its schedules.
    group.applyRemovalPolicy(removalPolicy(disposable));
    const deadLetters = makeDeadLetters(this, props);
    makeRole(this, props, deadLetters);
    const { topic, runbook } = props;
    stageSchedulesAlarm(this, { stage, topic, runbook });
  }
}

/** What lies here is a tick, and no job. */
function makeDeadLetters(scope: Construct, { stage, disposable, key }: RunTimeSchedulesProps): Queue {
  const queue = new Queue(scope, 'DeadLetters', {
    ...queueDefaults(scope, 'DeadLettersKey', { stage, disposable, encrypted: key !== undefined }),
    queueName: scheduleNames.deadLetterQueue(stage),
    retentionPeriod: RETENTION,
  });
  // It names the key by its alias, which is no reference.
  if (key !== undefined) queue.node.addDependency(key);
  acknowledge(queue, { rule: 'SQS3', reason: 'it is a dead-letter queue itself, of EventBridge Scheduler' });
  return queue;
}

function makeRole(scope: Construct, { stage, key }: RunTimeSchedulesProps, deadLetters: Queue): void {
  const stack = Stack.of(scope);
  const group = stack.formatArn({
    ...{ service: 'scheduler', resource: 'schedule-group', resourceName: scheduleNames.group(stage) },
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const role = new Role(scope, 'Role', {
    roleName: scheduleNames.role(stage, stack.region),
    // Of this account and this group, as Scheduler's guide asks ("Confused deputy prevention").
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
    }),
    description: `Sluice, stage ${stage}: lets EventBridge Scheduler send jobs`,
  });
  const queues = arnsOf(scope, stage).queue('*');
  acknowledgeWildcard(role, {
    resource: queues,
    reason: 'the prefix matches queues of this stage only, including those of later job types',
  });
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues, deadLetters.queueArn] }));
  if (key !== undefined) role.addToPolicy(keyRights(scope, stage, { services: ['sqs'] }));
}
