export interface SparkSize {
  readonly width: number;
  readonly height: number;
  /** Values that fill the width. Fewer stand at its right end: time runs to the right, and now is there. */
  readonly places: number;
}

/** Room for the line's own width at top and bottom. */
const EDGE = 1.5;

/** An SVG path through values, from 0 at the bottom to their largest at the top. Pure. Empty: fewer than two values. */
export function sparkPath(values: readonly number[], { width, height, places }: SparkSize): string {
  if (values.length < 2) return '';
  const most = Math.max(1, ...values);
  const step = (width - 2 * EDGE) / (places - 1);
  const points = values.map((value, at) => {
    const x = width - EDGE - (values.length - 1 - at) * step;
    const y = height - EDGE - (value / most) * (height - 2 * EDGE);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
