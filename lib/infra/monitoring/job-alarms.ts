import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  type IAlarm,
  type IAlarmAction,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { arnsOf } from '../arns.ts';
import { makeAlarm } from './alarm.ts';
import { type JobAlarm, jobAlarmName } from './alarm-names.ts';
import { breakerOpen } from './breaker-alarm.ts';
import * as settings from './job-alarm-settings.ts';
import { runbookLink } from './runbook.ts';

/** The alarm on the function's errors goes off after three minutes, so the symptoms wait as long. */
const WAIT_FOR_CAUSE = Duration.minutes(3);
/** Time to work off the jobs that piled up while the consumer was down. */
const WAIT_FOR_BACKLOG = Duration.minutes(15);

/**
 * The alarms of a job type. They notify the stage's topic when they go off and when they are OK again.
 *
 * A deep queue, an old message and stalled jobs are symptoms. One composite alarm notifies for all of them. It is silent while
 * the alarm on the function's own errors is on, which names the cause.
 */
export class JobAlarms extends Construct {
  /** All but those of schedules. */
  readonly all: Partial<Record<JobAlarm, IAlarm>>;

  constructor(scope: Construct, id: string, watched: settings.Watched) {
    super(scope, id);
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', arnsOf(this, watched.stage).alarmTopic));
    const cause = makeAlarm(this, 'FunctionErrors', { action, ...settings.functionErrors(watched) });
    const deadLetters = makeAlarm(this, 'DeadLetters', { action, ...settings.deadLetters(watched) });
    const failures = makeAlarm(this, 'Failures', { action, ...settings.failures(watched) });
    const throttles = makeAlarm(this, 'Throttles', { action, ...settings.throttles(watched) });
    const duration = makeAlarm(this, 'Duration', { action, ...settings.duration(watched) });
    const { duplicateJobs } = watched.definition.alarms;
    const duplicates =
      duplicateJobs === undefined
        ? {}
        : { duplicates: makeAlarm(this, 'Duplicates', { action, ...settings.duplicates(watched, duplicateJobs) }) };
    const breaker =
      watched.definition.breaker === undefined
        ? {}
        : { breakerOpen: makeAlarm(this, 'BreakerOpen', { action, ...breakerOpen(watched) }) };
    const symptoms = {
      queueDepth: makeAlarm(this, 'QueueDepth', settings.queueDepth(watched)),
      queueAge: makeAlarm(this, 'QueueAge', settings.queueAge(watched)),
      stalled: makeAlarm(this, 'Stalled', settings.stalled(watched)),
    };
    const notGettingThrough = makeComposite(this, { watched, action, symptoms: Object.values(symptoms), cause });
    const others = { deadLetters, failures, throttles, duration, notGettingThrough };
    this.all = { functionErrors: cause, ...others, ...duplicates, ...breaker, ...symptoms };
  }
}

interface Composite {
  readonly watched: settings.Watched;
  readonly action: IAlarmAction;
  readonly symptoms: readonly Alarm[];
  readonly cause: Alarm;
}

function makeComposite(scope: Construct, { watched, action, symptoms, cause }: Composite): CompositeAlarm {
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
    actionsSuppressorExtensionPeriod: WAIT_FOR_BACKLOG,
  });
  composite.addAlarmAction(action);
  composite.addOkAction(action);
  return composite;
}
