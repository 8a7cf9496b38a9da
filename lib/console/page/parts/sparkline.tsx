/**
 * The last values of a number as a small line; the number stands beside it, so a screen reader passes it over.
 *
 *   <Sparkline values={depths} />
 */
import { sparkPath } from '../base/spark-path.ts';

const WIDTH = 64;
const HEIGHT = 18;
/** So many values at least fill it: a line of two would be a slope. */
const PLACES = 12;

/** Fewer are no course yet. */
const LEAST = 6;

export const Sparkline = ({ values }: { readonly values: readonly number[] }) => (
  <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
    <path
      d={
        values.length < LEAST
          ? ''
          : sparkPath(values, { width: WIDTH, height: HEIGHT, places: Math.max(PLACES, values.length) })
      }
    />
  </svg>
);
