import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { Chart, type ChartDataset } from 'chart.js/auto';
import type { Settings, Widget } from '../../fidelity/templates/metrics-read.ts';
import { searchOf } from '../../fidelity/templates/searches.ts';
import { palettePng } from './png.ts';
import { type Reading, type Series, seriesKey } from './series.ts';

/** Pixels of a dashboard's column and row: 24 columns on a laptop. */
const COLUMN = 52;
const ROW = 34;
const GAP = 6;
const FONT = 'DejaVu Sans, sans-serif';
const COLOURS = ['#2563eb', '#dc2626', '#d97706', '#059669', '#7c3aed', '#475569'];
const TONES = { OK: '#16a34a', ALARM: '#dc2626', 'no data': '#94a3b8' } as const;

export type AlarmState = keyof typeof TONES;

/** What the widgets are drawn from. */
export interface Shown {
  readonly series: Series;
  readonly window: Omit<Reading, 'statistic'>;
  readonly stateOf: (alarmArn: string) => AlarmState;
}

/** Draws a dashboard's widgets, where its body places them. @returns a PNG */
export function drawDashboard(widgets: readonly Widget[], shown: Shown): Buffer {
  const rows = Math.max(...widgets.map(({ y, height }) => y + height));
  const canvas = createCanvas(24 * COLUMN, rows * ROW);
  const context = canvas.getContext('2d');
  context.fillStyle = '#e5e5e5';
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const widget of widgets) {
    context.save();
    context.translate(widget.x * COLUMN + GAP / 2, widget.y * ROW + GAP / 2);
    const size = { width: widget.width * COLUMN - GAP, height: widget.height * ROW - GAP };
    drawWidget(context, { ...widget, ...size }, shown);
    context.restore();
  }
  return palettePng(context.getImageData(0, 0, canvas.width, canvas.height));
}

/** Its size is in pixels here. */
function drawWidget(context: SKRSContext2D, widget: Widget, shown: Shown): void {
  const { title = '', markdown, alarms, view } = widget.properties;
  if (markdown !== undefined) {
    drawText(context, markdown);
    return;
  }
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, widget.width, widget.height);
  write(context, title, { x: 8, y: 16, size: 12, bold: true });
  if (alarms !== undefined) drawAlarms(context, widget, shown);
  else if (view === 'singleValue') drawNumbers(context, widget, shown);
  else context.drawImage(graph(widget, shown), 4, 22);
}

function drawText(context: SKRSContext2D, markdown: string): void {
  const [heading = '', ...rest] = markdown.split('\n');
  write(context, heading.replace(/^#+ /, ''), { x: 4, y: 26, size: 18, bold: true });
  write(context, rest.join(' '), { x: 4, y: 46, size: 12 });
}

interface Written {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
}

function write(context: SKRSContext2D, text: string, { x, y, size, bold = false, colour = '#0f172a' }: Written): void {
  context.font = `${bold ? 'bold ' : ''}${size}px ${FONT}`;
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

function drawAlarms(context: SKRSContext2D, { width, height, properties }: Widget, { stateOf }: Shown): void {
  const alarms = properties.alarms ?? [];
  const lines = Math.ceil(alarms.length / 4);
  const [tileWidth, tileHeight] = [(width - 8) / 4, (height - 26) / lines];
  for (const [i, arn] of alarms.entries()) {
    const [x, y] = [4 + (i % 4) * tileWidth, 22 + Math.floor(i / 4) * tileHeight];
    context.fillStyle = TONES[stateOf(arn)];
    context.fillRect(x, y, 5, tileHeight - 4);
    write(context, arn.split(':alarm:sluice-')[1] ?? arn, { x: x + 10, y: y + tileHeight / 2 + 2, size: 11 });
  }
}

interface Drawn {
  readonly key: string;
  readonly settings: Settings;
}

/** The metrics of a row in a widget's list, and where each is drawn: of a search, all that it finds. */
function metricsOf(row: readonly (string | Settings)[], { series, window }: Shown): Drawn[] {
  const expression = row.flatMap((part) => (typeof part === 'string' ? [] : (part.expression ?? [])))[0];
  if (expression === undefined) return [metricOf(row)];
  const search = searchOf(expression);
  const found = series.keys().flatMap((key) => {
    const [namespace = '', name = '', ...dimensions] = key.split(' ');
    if (!search.finds({ namespace, name, dimensions })) return [];
    const values = series.read(key, { ...window, statistic: search.statistic }).map((value) => value ?? 0);
    const label = dimensions.find((one) => one.startsWith(`${search.dimension}=`))?.split('=')[1] ?? '';
    return [{ key, label, highest: Math.max(...values) }];
  });
  return found
    .toSorted((a, b) => b.highest - a.highest)
    .slice(0, search.shown)
    .map(({ key, label }) => ({ key, settings: { label, stat: search.statistic } }));
}

function metricOf(row: readonly (string | Settings)[]): Drawn {
  const [namespace = '', name = '', ...pairs] = row.filter((part) => typeof part === 'string');
  const dimensions = pairs.flatMap((part, i) => (i % 2 === 0 ? [`${part}=${pairs[i + 1]}`] : []));
  const settings = row.find((part) => typeof part !== 'string') ?? {};
  return { key: seriesKey(namespace, name, dimensions), settings };
}

function drawNumbers(context: SKRSContext2D, { width, properties }: Widget, { series, window }: Shown): void {
  const metrics = properties.metrics ?? [];
  for (const [i, row] of metrics.entries()) {
    const { key, settings } = metricOf(row);
    const whole = { ...window, periodMs: window.periodMs * window.periods, periods: 1 };
    const [value = 0] = series.read(key, { ...whole, statistic: settings.stat ?? 'Sum' });
    const x = 8 + (i * width) / metrics.length;
    write(context, Math.round(value).toLocaleString('en'), { x, y: 58, size: 24, bold: true });
    write(context, settings.label ?? '', { x, y: 78, size: 12 });
  }
}

function graph({ width, height, properties }: Widget, shown: Shown) {
  const { series, window } = shown;
  const canvas = createCanvas(width - 8, height - 26);
  const metrics = (properties.metrics ?? []).flatMap((row) => metricsOf(row, shown));
  const datasets: ChartDataset<'line', (number | null)[]>[] = metrics.map(({ key, settings }, i) => ({
    label: settings.label ?? '',
    data: series.read(key, { ...window, statistic: settings.stat ?? 'Sum' }).map((value) => value ?? null),
    ...line(COLOURS[i % COLOURS.length] ?? 'black'),
    yAxisID: settings.yAxis === 'right' ? 'right' : 'left',
  }));
  for (const { value, label = '', yAxis } of properties.annotations?.horizontal ?? []) {
    const data = Array.from({ length: window.periods }, () => value);
    datasets.push({ label, data, ...line('#94a3b8'), pointRadius: 0, borderDash: [4, 3], yAxisID: yAxis ?? 'left' });
  }
  const onRight = datasets.some(({ yAxisID }) => yAxisID === 'right');
  const ticks = { font: { family: FONT, size: 9 }, maxTicksLimit: 4 };
  const labels = Array.from({ length: window.periods }, (_, i) => clock(window.fromMs + i * window.periodMs));
  new Chart(canvas as unknown as ConstructorParameters<typeof Chart>[0], {
    type: 'line',
    data: { labels, datasets },
    options: {
      responsive: false,
      animation: false,
      devicePixelRatio: 1,
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 8, padding: 5, font: { family: FONT, size: 9 } } } },
      scales: {
        x: { axis: 'x' as const, ticks: { ...ticks, maxRotation: 0 }, grid: { display: false } },
        left: { axis: 'y' as const, beginAtZero: true, ticks },
        ...(onRight && {
          right: { axis: 'y' as const, position: 'right' as const, beginAtZero: true, ticks, grid: { display: false } },
        }),
      },
    },
  });
  return canvas;
}

const line = (colour: string) => ({
  borderColor: colour,
  backgroundColor: colour,
  borderWidth: 1.5,
  pointRadius: 1.5,
  spanGaps: true,
});

const clock = (ms: number) => new Date(ms).toISOString().slice(14, 19);
