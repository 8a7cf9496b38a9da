/** A period. Times are ISO 8601 in UTC; `to` is exclusive. */
interface Span {
  readonly from: string;
  readonly to: string;
}

/** The parts of a period that lie in one month of UTC each, in the order of time. */
export function monthsOf({ from, to }: Span): Span[] {
  const months: Span[] = [];
  for (let start = from; start < to; ) {
    const date = new Date(start);
    const next = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)).toISOString();
    const end = next < to ? next : to;
    months.push({ from: start, to: end });
    start = end;
  }
  return months;
}
