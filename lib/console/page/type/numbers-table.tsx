import type { ChartData, Summary } from './chart-data.ts';
import { valueText } from './chart-words.ts';

interface NumbersProps {
  readonly summary: readonly Summary[];
  readonly unit: ChartData['unit'];
}

/** A chart's series in three numbers each. */
export const Numbers = ({ summary, unit }: NumbersProps) => (
  <table class="numbers">
    <thead>
      <tr>
        <th scope="col">Series</th>
        <th scope="col">Last</th>
        <th scope="col">Least</th>
        <th scope="col">Most</th>
      </tr>
    </thead>
    <tbody>
      {summary.map(({ label, last, least, most }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          <td>{valueText(last, unit)}</td>
          <td>{valueText(least, unit)}</td>
          <td>{valueText(most, unit)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
