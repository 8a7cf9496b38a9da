import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { names } from '../../contract/names.ts';
import { describedAlarm, readAlarms } from '../alarms.ts';
import { isEmulator } from '../aws.ts';
import { bad, type Check, deployAgain, type Finding, note, ok, orOk } from './finding.ts';

/** No alarm is on, each notifies somebody, and each type has some. On an emulator: what its alarms are worth. */
export const alarms: Check = async ({ stage, types }) => {
  const found = await readAlarms(stage);
  const without = types
    .filter((type) => !found.some(({ AlarmName = '' }) => AlarmName.startsWith(`${names.queue(stage.name, type)}-`)))
    .map((type) => bad('alarms', `${type} has none`, deployAgain(stage, names.jobStack(stage.name, type))));
  const isEmulated = isEmulator(stage.endpoint) || found.some(({ AlarmArn = '' }) => EMULATED.test(AlarmArn));
  const findings = isEmulated ? [emulated(found)] : found.flatMap(alarmFinding);
  return orOk([...findings, ...without], ok('alarms', `${found.length}, none is on`));
};

/** The account of both emulators. AWS gives it to nobody. */
const EMULATED = /^arn:[a-z-]+:cloudwatch:[a-z0-9-]+:0{12}:/;

/** An emulator's alarm that is on proves no fault, and one that is off proves nothing either. */
function emulated(found: readonly MetricAlarm[]): Finding {
  const on = found.filter(({ StateValue }) => StateValue === 'ALARM');
  const which = on.length === 0 ? 'none is on' : `${on.length} on: ${on.map(({ AlarmName }) => AlarmName).join(', ')}`;
  return note(
    'alarms',
    `${found.length}, ${which}; this is an emulator, whose alarms prove little`,
    'go by queues, dead and this report: MiniStack ignores an alarm’s dimensions, so that one failure puts the alarms of all types on, ' +
      'and judges only when a metric or an alarm is put; LocalStack judges late (localstack/README.md)',
  );
}

function alarmFinding({ AlarmName = '', StateValue, AlarmDescription = '', ActionsEnabled }: MetricAlarm): Finding[] {
  if (StateValue === 'ALARM') {
    const { what, todo, runbook } = describedAlarm(AlarmDescription);
    const way = [todo, runbook && `Runbook: ${runbook}`].filter(Boolean).join(' ');
    return [bad('alarms', `${AlarmName} is on${what && `: ${what}`}`, way || 'look at it in the CloudWatch console')];
  }
  if (ActionsEnabled === false) {
    return [
      note('alarms', `${AlarmName} notifies nobody: its actions are disabled`, 'enable them in the CloudWatch console'),
    ];
  }
  return [];
}
