import { all } from '../../fidelity/templates/edges.ts';
import type { Templates } from '../../fidelity/templates/synth.ts';
import type { AlarmState } from './draw.ts';
import { type Reading, type Series, seriesKey } from './series.ts';

interface AlarmProperties extends Record<string, unknown> {
  readonly AlarmName: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
}

/**
 * The states of a stage's alarms at the end of a run, by their names: as many of the latest periods at the threshold as the
 * alarm asks for. Metric math, composite alarms and what the run does not measure have no state here.
 */
export function alarmStates(templates: Templates, series: Series, window: Omit<Reading, 'statistic'>) {
  const states = all(templates, 'AWS::CloudWatch::Alarm').map(({ properties }) => {
    const alarm = properties as AlarmProperties;
    return [alarm.AlarmName, stateOf(alarm, series, window)] as const;
  });
  return new Map<string, AlarmState>(states);
}

function stateOf(alarm: AlarmProperties, series: Series, window: Omit<Reading, 'statistic'>): AlarmState {
  const { Namespace, MetricName, Dimensions = [], Statistic, ExtendedStatistic, Threshold } = alarm;
  if (MetricName === undefined) return 'no data';
  const dimensions = (Dimensions as { Name: string; Value: string }[]).map(({ Name, Value }) => `${Name}=${Value}`);
  const key = seriesKey(String(Namespace), String(MetricName), dimensions);
  const values = series.read(key, { ...window, statistic: String(Statistic ?? ExtendedStatistic) });
  if (values.every((value) => value === undefined)) return 'no data';
  const below = alarm.ComparisonOperator === 'LessThanThreshold';
  const breaching = values
    .slice(-alarm.EvaluationPeriods)
    .filter((value) =>
      value === undefined ? alarm.TreatMissingData === 'breaching' : below ? value < Threshold : value >= Threshold,
    );
  return breaching.length >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK';
}
