/** Jobs that are written side by side. */
const AT_ONCE = 16;

interface Visits<Entry> {
  /** @returns further entries to visit */
  readonly visit: (entry: Entry) => Promise<readonly Entry[]>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, known: number) => void) | undefined;
}

/**
 * Visits all entries, and those that they lead to, some at a time.
 *
 * @returns whether the signal ended it before all were visited
 * @throws the first error of a visit, once those that are under way have ended
 */
export async function visitAll<Entry>(
  first: readonly Entry[],
  { visit, signal, onProgress }: Visits<Entry>,
): Promise<boolean> {
  const known = [...first];
  const running = new Set<Promise<void>>();
  let [begun, done] = [0, 0];
  let failure: { readonly error: unknown } | undefined;
  const isOver = () => failure !== undefined || signal?.aborted === true;
  const one = async (entry: Entry) => {
    known.push(...(await visit(entry)));
    onProgress?.(++done, known.length);
  };
  while (running.size > 0 || (begun < known.length && !isOver())) {
    while (begun < known.length && running.size < AT_ONCE && !isOver()) {
      const visited: Promise<void> = one(known[begun++] as Entry)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(visited));
      running.add(visited);
    }
    await Promise.race(running);
  }
  if (failure !== undefined) throw failure.error;
  return begun < known.length;
}
