import { MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../contract/names.ts';
import { type AlarmSettings, MINUTE } from './alarm.ts';
import { describe, EACH_MINUTE, type Watched, WORST } from './job-alarm-settings.ts';
import { sluiceMetric } from './metrics.ts';
import { savedQueryName } from './saved-queries.ts';

/**
 * On from the first batch that finds the breaker open until the first job that completes. A batch says nothing where none comes,
 * and a long outage has minutes without one: they keep the state. MAX takes the values that a minute has, unlike an operator,
 * whose result lacks each minute that one side lacks.
 */
export function breakerOpen(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type } = definition;
  const of = { stage, type };
  return {
    ...describe(watched, 'breakerOpen', {
      topic: 'breaker',
      what:
        'the circuit breaker is open: too many attempts failed, or an operator opened it. Its jobs wait without an attempt, and ' +
        'none is lost; the first probe that succeeds closes it',
      lookAt:
        `Look at since when and by whom (npx sluice breaker ${type} --stage ${stage}), then at the third party, and at the errors ` +
        `by name (saved query ${savedQueryName(stage, 'failures-by-error')}).`,
    }),
    metric: new MathExpression({
      label: 'breaker open',
      period: MINUTE,
      expression: 'MAX([open, 0 * completed])',
      usingMetrics: {
        open: sluiceMetric(METRICS.breakerOpen, WORST, of),
        completed: sluiceMetric(METRICS.completed, EACH_MINUTE, of),
      },
    }),
    threshold: 1,
    of: 1,
    breaching: 1,
    treatMissingData: TreatMissingData.IGNORE,
  };
}
