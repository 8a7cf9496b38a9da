import { type IWidget, MathExpression, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, names } from '../../contract/names.ts';
import { MINUTE } from './alarm.ts';
import { graph, WIDTH } from './graph.ts';
import { consumersOf, jobTypesOf, queuesOf, type Searched } from './metrics.ts';

/** The types that are shown of all: more lines than that nobody can tell from one another. */
const SHOWN = 10;
const A_LINE = 3;

interface Worst {
  readonly title: string;
  readonly of: Searched;
  readonly statistic: string;
}

/**
 * The job types that do worst, each widget by another measure. They are found by search: a dashboard of one size for every
 * catalogue, which shows a new type with its first minute.
 */
export function worstRows(stage: string): IWidget[][] {
  const widgets = worst(stage).map(({ title, of, statistic }) =>
    graph(`${title}: the ${SHOWN} highest`, { left: [highest(of, statistic)] }, WIDTH / A_LINE),
  );
  const lines = Math.ceil(widgets.length / A_LINE);
  return [
    [new TextWidget({ markdown: heading(stage), width: WIDTH, height: 2 })],
    ...Array.from({ length: lines }, (_, i) => widgets.slice(i * A_LINE, (i + 1) * A_LINE)),
  ];
}

const heading = (stage: string): string =>
  `## Job types that do worst\nEach has a dashboard of its own, \`${names.jobDashboard(stage, '<type>', '<region>')}\``;

function worst(stage: string): Worst[] {
  const each = { statistic: Stats.SUM };
  const peak = { statistic: Stats.MAXIMUM };
  const slow = { statistic: 'p95' };
  const ofTypes = jobTypesOf(stage);
  const ofQueues = queuesOf(stage, 'jobs');
  return [
    { title: 'Dead letters', of: queuesOf(stage, 'dead letters')('ApproximateNumberOfMessagesVisible'), ...peak },
    { title: 'Waiting', of: ofQueues('ApproximateNumberOfMessagesVisible'), ...peak },
    { title: 'Oldest job, s', of: ofQueues('ApproximateAgeOfOldestMessage'), ...peak },
    { title: 'Failed attempts, a minute', of: ofTypes(METRICS.failed), ...each },
    { title: 'Retried, a minute', of: ofTypes(METRICS.retried), ...each },
    { title: 'Dead, a minute', of: ofTypes(METRICS.deadLettered), ...each },
    { title: 'Stalled, a minute', of: ofTypes(METRICS.stalled), ...each },
    { title: 'Function errors, a minute', of: consumersOf(stage)('Errors'), ...each },
    { title: 'Throttles, a minute', of: consumersOf(stage)('Throttles'), ...each },
    { title: 'Completed, a minute', of: ofTypes(METRICS.completed), ...each },
    { title: 'Duration, p95 ms', of: ofTypes(METRICS.duration), ...slow },
    { title: 'Wait, p95 ms', of: ofTypes(METRICS.queueLatency), ...slow },
  ];
}

/** The series with the highest values, the highest first. Its label is the value of the dimension: a type, queue or function. */
const highest = ({ query, dimension }: Searched, statistic: string) =>
  new MathExpression({
    expression: `SLICE(SORT(SEARCH('${query}', '${statistic}'), MAX, DESC), 0, ${SHOWN})`,
    label: `\${PROP('Dim.${dimension}')}`,
    period: MINUTE,
  });
