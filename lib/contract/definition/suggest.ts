/**
 * The known name nearest to a mistyped one, for "did you mean" in error messages: one that it begins, or that differs in
 * few letters.
 *
 * @returns the nearest name, or undefined when even that one differs in more than a third of the longer one's letters
 */
export function nearestName(mistyped: string, known: readonly string[]): string | undefined {
  const given = mistyped.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const begins = given.length > 2 && name.toLowerCase().startsWith(given);
    const distance = begins ? 1 : editDistance(given, name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  if (best === undefined) return undefined;
  return best.distance <= Math.ceil(Math.max(best.name.length, given.length) / 3) ? best.name : undefined;
}

/** `; did you mean "x"?` or nothing, to end a sentence with. */
export function didYouMean(mistyped: string, known: readonly string[]): string {
  const name = nearestName(mistyped, known);
  return name === undefined ? '' : `; did you mean "${name}"?`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
