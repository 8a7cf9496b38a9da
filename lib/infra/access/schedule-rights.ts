import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkedStage } from '../../contract/names.ts';
import { scheduleNames } from '../../contract/schedule-names.ts';
import { arnsOf } from '../arns.ts';
import { acknowledgeWildcard } from '../checks/security.ts';
import { type EnqueueTarget, grantSend } from './grant-enqueue.ts';

/** The stage and the job types that schedules are made of. */
export type ScheduleTarget = Pick<EnqueueTarget, 'stage' | 'app' | 'types' | 'encryption'>;

const CHANGES = ['CreateSchedule', 'UpdateSchedule', 'DeleteSchedule'].map((action) => `scheduler:${action}`);
const LOOKS = ['scheduler:GetSchedule'];
/** IAM defines no resource for it. */
const LISTS = ['scheduler:ListSchedules'];

/** The schedules of a stage's group, or of one type. */
const schedulesOf = (scope: Construct, stage: string, type?: string): string =>
  Arn.format(
    {
      ...{ service: 'scheduler', resource: 'schedule', arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
      resourceName: `${scheduleNames.group(stage)}/${type === undefined ? '*' : scheduleNames.schedule(type, '*')}`,
    },
    Stack.of(scope),
  );

/** Who makes a schedule hands its role to EventBridge Scheduler, and to nothing else. */
const passRole = (scope: Construct, stage: string) =>
  new PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [
      Arn.format(
        {
          ...{ service: 'iam', region: '', resource: 'role', arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
          resourceName: scheduleNames.role(stage, Stack.of(scope).region),
        },
        Stack.of(scope),
      ),
    ],
    conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  });

/** What looking at the schedules of a stage needs, beside those on its queues. */
export const lookAtSchedules = (scope: Construct, stage: string): PolicyStatement[] => [
  new PolicyStatement({ actions: LOOKS, resources: [schedulesOf(scope, stage)] }),
  new PolicyStatement({ actions: LISTS, resources: ['*'] }),
];

/** What changing them needs in addition. */
export const changeSchedules = (scope: Construct, stage: string): PolicyStatement[] => [
  new PolicyStatement({ actions: CHANGES, resources: [schedulesOf(scope, stage)] }),
  passRole(scope, stage),
];

/**
 * Lets a function, or whatever else has a role, make schedules of some job types with `sluice/schedules`, look at them, change
 * them and make up for missed ticks. It can list the schedules of the account, which IAM cannot limit, and read these alone.
 *
 * @param grantee a construct of the account and region that the queues are in
 * @throws RangeError if the name of the stage or the app is invalid
 * @example grantSchedule(settingsFunction, { stage: 'prod', types: ['generate-report'] });
 */
export function grantSchedule(grantee: IGrantable & Construct, target: ScheduleTarget): Grant {
  const stage = checkedStage(target.stage, target.app);
  const { types, encryption } = target;
  const queues = types.map(arnsOf(Stack.of(grantee), stage).queue);
  const resourceArns = types.map((type) => schedulesOf(grantee, stage, type));
  for (const resource of [...resourceArns, '*']) {
    const reason = resource === '*' ? 'IAM defines no resource for listing' : 'the schedules of these job types alone';
    acknowledgeWildcard(grantee, { resource, reason });
  }
  grantee.grantPrincipal.addToPrincipalPolicy(passRole(grantee, stage));
  Grant.addToPrincipal({ grantee, actions: [...CHANGES, ...LOOKS], resourceArns });
  Grant.addToPrincipal({ grantee, actions: LISTS, resourceArns: ['*'] });
  // A schedule names its queue by the ARN.
  Grant.addToPrincipal({ grantee, actions: ['sqs:GetQueueAttributes'], resourceArns: queues });
  return grantSend(grantee, { stage, queues, encryption });
}
