import { type ChartData, drawnSeries } from './chart-data.ts';
import { axisText, timeText } from './chart-words.ts';
import { linearScale, lineOf, logScale, nearest, type Point, type Scale, type TimeScale, timeScale } from './scale.ts';

export interface PlotProps {
  readonly chart: ChartData;
  readonly width: number;
  /** Which value the pointer is at. */
  readonly cursor: number | undefined;
  readonly onCursor: (at: number | undefined) => void;
}

const HEIGHT = 200;
/** Room for the names of the axes. */
const LEFT = 52;
const BOTTOM = 24;
const TOP = 8;
const RIGHT = 10;

/** Lines over axes. */
export function Plot({ chart, width, cursor, onCursor }: PlotProps) {
  const { atSeconds } = chart;
  const y = valueScale(chart);
  const from = atSeconds[0] ?? 0;
  const to = atSeconds.at(-1) ?? 1;
  const x = timeScale({ from, to, leftPx: LEFT, rightPx: width - RIGHT });
  const onMove = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const at = nearest(atSeconds, from + ((px - LEFT) / (width - RIGHT - LEFT)) * (to - from));
    onCursor(at === -1 ? undefined : at);
  };
  const cursorAt = cursor === undefined ? undefined : atSeconds[cursor];
  return (
    <svg
      class="plot"
      aria-hidden="true"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      onPointerMove={onMove}
      onPointerLeave={() => onCursor(undefined)}
    >
      <Axes x={x} y={y} width={width} unit={chart.unit} />
      {cursorAt !== undefined && (
        <line class="plot-cursor" x1={x.at(cursorAt)} x2={x.at(cursorAt)} y1={TOP} y2={HEIGHT - BOTTOM} />
      )}
      <Lines chart={chart} x={x} y={y} />
    </svg>
  );
}

interface AxesProps {
  readonly x: TimeScale;
  readonly y: Scale;
  readonly width: number;
  readonly unit: ChartData['unit'];
}

const Axes = ({ x, y, width, unit }: AxesProps) => (
  <>
    {y.ticks.map((value) => (
      <g key={value}>
        <line class="plot-grid" x1={LEFT} x2={width - RIGHT} y1={y.at(value)} y2={y.at(value)} />
        <text x={LEFT - 8} y={y.at(value)} dy="0.32em" text-anchor="end">
          {axisText(value, unit)}
        </text>
      </g>
    ))}
    {x.ticks.map((seconds) => (
      <text key={seconds} x={x.at(seconds)} y={HEIGHT - 6} text-anchor="middle">
        {timeText(seconds, x.stepSeconds)}
      </text>
    ))}
  </>
);

function valueScale({ series, isLog }: ChartData): Scale {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null && (!isLog || value > 0)));
  const most = known.reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
  if (!isLog) return linearScale(most, HEIGHT - BOTTOM, TOP);
  return logScale(
    known.reduce<number>((a, b) => Math.min(a, b ?? a), Number.POSITIVE_INFINITY),
    most,
    HEIGHT - BOTTOM,
    TOP,
  );
}

interface LinesProps {
  readonly chart: ChartData;
  readonly x: Scale;
  readonly y: Scale;
}

function Lines({ chart, x, y }: LinesProps) {
  return drawnSeries(chart).map(({ label, colour, isPartial, values }) => {
    const points = values.map((value, at): Point => {
      const seconds = chart.atSeconds[at];
      return value === null || seconds === undefined ? null : { x: x.at(seconds), y: y.at(value) };
    });
    const { path, alone } = lineOf(points);
    return (
      <g key={label + isPartial} class={`series-${colour}`}>
        <path class={isPartial ? 'plot-line is-partial' : 'plot-line'} d={path} />
        {alone.map((point) => (
          <circle key={point.x} cx={point.x} cy={point.y} r="2" fill="currentColor" />
        ))}
      </g>
    );
  });
}
