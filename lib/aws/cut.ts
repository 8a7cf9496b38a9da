/** Whether an entry may join those that a call holds already; never asked of an empty call. */
export type Fits<Entry> = (call: readonly Entry[], entry: Entry) => boolean;

/** Cuts entries into calls, in their order: each joins the first call that it fits in. */
export function cut<Entry>(entries: readonly Entry[], fits: Fits<Entry>): Entry[][] {
  const calls: Entry[][] = [];
  for (const entry of entries) {
    const call = calls.find((open) => fits(open, entry));
    if (call === undefined) calls.push([entry]);
    else call.push(entry);
  }
  return calls;
}

/** Cuts entries into calls as they come, however many they are: a call ends where the next entry does not fit in. */
export function* cutAsTheyCome<Entry>(entries: Iterable<Entry>, fits: Fits<Entry>): Generator<Entry[]> {
  let call: Entry[] = [];
  for (const entry of entries) {
    if (call.length > 0 && !fits(call, entry)) {
      yield call;
      call = [];
    }
    call.push(entry);
  }
  if (call.length > 0) yield call;
}

/** Bytes of a call's entries together. */
export function bytesOf(call: readonly { readonly bytes: number }[]): number {
  let sum = 0;
  for (const { bytes } of call) sum += bytes;
  return sum;
}
