export interface Work<In, Out> {
  readonly atOnce: number;
  /** Must not reject. */
  readonly work: (one: In) => Promise<Out>;
  /** Begins no more. */
  readonly signal?: AbortSignal | undefined;
}

/** Works on all, some at a time, and gives each result as soon as it is there. */
export async function* asTheyCome<In, Out>(
  all: readonly In[],
  { atOnce, work, signal }: Work<In, Out>,
): AsyncGenerator<Out, void> {
  const running = new Map<number, Promise<{ readonly i: number; readonly out: Out }>>();
  let next = 0;
  for (;;) {
    while (next < all.length && running.size < atOnce && signal?.aborted !== true) {
      const i = next++;
      running.set(
        i,
        work(all[i] as In).then((out) => ({ i, out })),
      );
    }
    if (running.size === 0) return;
    const { i, out } = await Promise.race(running.values());
    running.delete(i);
    yield out;
  }
}
