import { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmRule, AlarmState, CompositeAlarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { arnsOf } from '../arns.ts';
import { makeAlarm } from './alarm.ts';
import { jobAlarmName } from './alarm-names.ts';
import * as settings from './job-alarm-settings.ts';
import { runbookLink } from './runbook.ts';

/** The alarm on the function's errors needs three minutes of five: no later, then, than the slowest symptom. */
const WAIT_FOR_CAUSE = Duration.minutes(3);
/** What piled up while the consumer was down is worked off meanwhile. */
const PATIENCE_AFTERWARDS = Duration.minutes(15);

/**
 * The alarms of a job type, told to the stage's topic when they begin and when they end.
 *
 * A deep queue, an old message, stalled jobs are symptoms: they are told by one composite alarm, which is silent while the
 * alarm on the function's own errors says why.
 */
export class JobAlarms extends Construct {
  constructor(scope: Construct, id: string, watched: settings.Watched) {
    super(scope, id);
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', arnsOf(this, watched.stage).alarmTopic));
    const cause = makeAlarm(this, 'FunctionErrors', { action, ...settings.functionErrors(watched) });
    makeAlarm(this, 'DeadLetters', { action, ...settings.deadLetters(watched) });
    makeAlarm(this, 'Failures', { action, ...settings.failures(watched) });
    makeAlarm(this, 'Throttles', { action, ...settings.throttles(watched) });
    makeAlarm(this, 'Duration', { action, ...settings.duration(watched) });
    const symptoms = [
      makeAlarm(this, 'QueueDepth', settings.queueDepth(watched)),
      makeAlarm(this, 'QueueAge', settings.queueAge(watched)),
      makeAlarm(this, 'Stalled', settings.stalled(watched)),
    ];
    tellTogether(this, { watched, action, symptoms, cause });
  }
}

interface Together {
  readonly watched: settings.Watched;
  readonly action: IAlarmAction;
  readonly symptoms: readonly Alarm[];
  readonly cause: Alarm;
}

function tellTogether(scope: Construct, { watched, action, symptoms, cause }: Together): void {
  const { stage, definition, runbook } = watched;
  const composite = new CompositeAlarm(scope, 'NotGettingThrough', {
    compositeAlarmName: jobAlarmName(stage, definition.type, 'notGettingThrough'),
    alarmDescription:
      `Sluice ${stage} ${definition.type}: jobs do not get through: the queue is too deep, its oldest job too old, or jobs ` +
      'stall (the message names which). Look at what waits and what runs first (npx sluice queues --stage ' +
      `${stage}). Silent while ${jobAlarmName(stage, definition.type, 'functionErrors')} is on. Runbook: ${runbookLink('notGettingThrough', runbook)}`,
    alarmRule: AlarmRule.anyOf(...symptoms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    actionsSuppressor: cause,
    actionsSuppressorWaitPeriod: WAIT_FOR_CAUSE,
    actionsSuppressorExtensionPeriod: PATIENCE_AFTERWARDS,
  });
  composite.addAlarmAction(action);
  composite.addOkAction(action);
}
