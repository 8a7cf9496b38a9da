/** One chart with its legend, and its numbers as a table. Drawn as SVG: the style colours it. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChartData } from './chart-data.ts';
import { summaryOf } from './chart-data.ts';
import { valueText, wordsOf } from './chart-words.ts';
import { Numbers } from './numbers-table.tsx';
import { Plot } from './plot.tsx';

export interface ChartProps {
  readonly chart: ChartData;
}

export function Chart({ chart }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<number>();
  useLayoutEffect(() => {
    const host = place.current;
    if (!host) return;
    const look = () => setWidth(host.clientWidth);
    look();
    const resized = new ResizeObserver(look);
    resized.observe(host);
    return () => resized.disconnect();
  }, []);
  const { title, unit } = chart;
  const summary = summaryOf(chart);
  return (
    <figure class="chart" aria-label={`${title}: ${summary.map((one) => wordsOf(one, unit)).join('; ')}`}>
      <figcaption>
        <h3>{title}</h3>
        <Legend chart={chart} cursor={cursor} />
      </figcaption>
      <div class="chart-place" ref={place} aria-hidden="true">
        {width > 0 && <Plot chart={chart} width={width} cursor={cursor} onCursor={setCursor} />}
      </div>
      <details class="chart-numbers">
        <summary>
          Numbers<span class="only-read"> of {title}</span>
        </summary>
        <Numbers summary={summary} unit={unit} />
      </details>
    </figure>
  );
}

/** Values where the pointer is, else the last. */
const Legend = ({ chart, cursor }: ChartProps & { readonly cursor: number | undefined }) => (
  <ul class="legend" aria-hidden="true">
    {chart.series.map(({ label, values }, at) => (
      <li key={label}>
        <span class={`swatch series-${at}`} />
        {label}
        <span class="number">
          {valueText(cursor === undefined ? values.findLast((value) => value !== null) : values[cursor], chart.unit)}
        </span>
      </li>
    ))}
  </ul>
);
