/** Middle of the sorted figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Sorted figures below which the share lies. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Smallest to largest, as it is shown beside a median. */
export function spread(figures: readonly number[], digits = 2): string {
  return `${Math.min(...figures).toFixed(digits)}–${Math.max(...figures).toFixed(digits)}`;
}

/** Runs of each side in turn, so that what else the machine does falls on both; the first of each warms up. */
export async function alternate<Name extends string>(
  sides: Record<Name, () => Promise<number>>,
  runs: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(sides) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let run = -1; run < runs; run++) {
    for (const name of names) {
      const figure = await sides[name]();
      if (run >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** Run by run: pairs that ran side by side saw the same machine. */
export const ratios = (figures: readonly number[], baseline: readonly number[]): number[] =>
  figures.map((figure, i) => figure / (baseline[i] ?? Number.NaN));

/**
 * The 95 % interval of a median, without an assumption about how figures are spread: the order statistics whose ranks a
 * fair coin's binomial distribution leaves outside in at most 2.5 % of the cases on either side.
 *
 * @param figures at least 6, below which no such interval exists
 */
export function medianInterval(figures: readonly number[]): [low: number, high: number] {
  const sorted = [...figures].sort((a, b) => a - b);
  const { length } = sorted;
  let rank = 0;
  let chance = 0.5 ** length;
  for (let below = chance; below <= 0.025; below += chance) {
    rank += 1;
    chance *= (length - rank + 1) / rank;
  }
  return [sorted[rank - 1] ?? Number.NaN, sorted[length - rank] ?? Number.NaN];
}
