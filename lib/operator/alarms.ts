import { type AlarmType, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { prefixOf } from '../contract/names.ts';
import type { FeedOptions, Stage } from './aws.ts';

/** An alarm of a stage. An emulator's proves little (localstack/README.md). */
export interface AlarmView {
  readonly name: string;
  /** Undefined: an alarm of the stage's own (dispatcher), or one that Sluice did not make. */
  readonly type?: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Since when it is in this state, epoch ms. */
  readonly sinceMs: number | undefined;
  /** What it means, and what to do: its description's sentences. Empty if it has none. */
  readonly what: string;
  readonly todo: string;
  /** Address of the runbook's section; a path in the checkout if the stage names no page of its own. */
  readonly runbook?: string;
}

/** The alarms of a stage and its types: those that are on first, then by name. Without the composite ones, which say the same again. */
export async function alarmStates(stage: Stage, options: FeedOptions = {}): Promise<AlarmView[]> {
  const views = (await readAlarms(stage, options)).map(viewOf);
  return views.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : 1));
}

const rankOf = ({ state }: AlarmView): number => (state === 'ALARM' ? 0 : 1);

function viewOf(alarm: MetricAlarm): AlarmView {
  const { AlarmName = '', StateValue = 'INSUFFICIENT_DATA', AlarmDescription = '' } = alarm;
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return { name: AlarmName, state: StateValue, sinceMs: since?.getTime(), ...describedAlarm(AlarmDescription) };
}

/** Alarms a call (CloudWatch API reference, DescribeAlarms). */
export const PAGE = 100;

/** The alarms whose names begin as the stage's do, without composite ones. */
export async function readAlarms({ name, aws }: Stage, { signal }: FeedOptions = {}): Promise<MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  let NextToken: string | undefined;
  do {
    signal?.throwIfAborted();
    const page = await aws.cloudWatch.send(
      new DescribeAlarmsCommand({
        ...{ AlarmNamePrefix: `${prefixOf(name)}-`, MaxRecords: PAGE },
        AlarmTypes: ['MetricAlarm' satisfies AlarmType],
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    found.push(...(page.MetricAlarms ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return found;
}

/** `Sluice <stage> <type>: what it means. What to do. Runbook: <address>` (lib/infra/monitoring/job-alarm-settings.ts). */
const DESCRIBED = /^Sluice \S+?(?: (\S+))?: (.*?[^.])(?:\. (.*?))?(?: ?Runbook: (\S+))?$/s;

/** The parts of an alarm's description. All of it is `what`, if it is not one that Sluice wrote. */
export function describedAlarm(text: string): Pick<AlarmView, 'type' | 'what' | 'todo' | 'runbook'> {
  const [whole, type, what = '', todo = '', runbook] = DESCRIBED.exec(text) ?? [];
  if (whole === undefined) return { what: text, todo: '' };
  return { ...(type !== undefined && { type }), what, todo, ...(runbook !== undefined && { runbook }) };
}
