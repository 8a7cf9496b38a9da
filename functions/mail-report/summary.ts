import * as z from 'zod';
import type { ChildResult } from '#sluice/engine';

/** What a month's job returned. */
const month = z.object({ key: z.string(), rows: z.int(), sum: z.string().regex(/^-?\d+$/) });

/** The totals of all months, and the mail's text. */
export interface Summary {
  readonly files: number;
  readonly missing: number;
  readonly rows: number;
  /** A whole number, exact. */
  readonly sum: string;
  readonly text: string;
}

/** Adds the months up, a page of results at a time. */
export async function summaryOf(
  { source }: { readonly source: string },
  months: AsyncIterable<ChildResult>,
): Promise<Summary> {
  const lines: string[] = [];
  let [missing, rows, sum] = [0, 0, 0n];
  for await (const { status, result } of months) {
    const read = month.safeParse(result);
    if (status !== 'completed' || !read.success) {
      missing += 1;
      continue;
    }
    lines.push(`${read.data.key}: ${read.data.rows} records`);
    rows += read.data.rows;
    sum += BigInt(read.data.sum);
  }
  const totals = `${rows} records of ${source} in ${lines.length} files, amounts ${sum} together.`;
  const gaps = missing === 0 ? [] : [`${missing} months are missing: their jobs failed, or have not ended.`];
  return { files: lines.length, missing, rows, sum: sum.toString(), text: [totals, ...gaps, '', ...lines].join('\n') };
}
