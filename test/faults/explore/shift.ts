/** Moments in a text: epoch in ms, epoch in seconds, ISO 8601. */
const MOMENTS = /(?<!\d)1[78]\d{11}(?!\d)|(?<!\d)1[78]\d{8}(?!\d)|202[4-9]-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/**
 * A text with all its moments moved: what the code does at one time it does at another, so it is run at one only.
 *
 * @param byMs whole seconds
 */
export function shifted(text: string, byMs: number): string {
  if (byMs === 0) return text;
  return text.replace(MOMENTS, (moment) => {
    if (moment.includes('T')) return new Date(Date.parse(moment) + byMs).toISOString();
    return String(Number(moment) + (moment.length === 13 ? byMs : byMs / 1000));
  });
}
