/** The types that each type's jobs may be followed by, of all types that take part in flows. */
export type HandsOnOf = ReadonlyMap<string, readonly string[]>;

/** The types whose items in the jobs table a type's jobs touch beside their own, by what they do there. */
export interface FlowItems {
  /** Callbacks of its own batches, which it parks, cancels, and moves on when it has sent their message. */
  readonly parked: readonly string[];
  /** Callbacks of these, and of batches that its jobs may have a place in: they end it, and release the callback. */
  readonly updated: readonly string[];
  /** The same, the children whose results a callback reads, and the job before. */
  readonly read: readonly string[];
}

/**
 * What may be known before anything runs. A job holds a place in a batch of each type from which `handsOn` leads to it, however
 * long the way is: the place goes along with the work. Any type that the batch's own may be followed by may be its callback.
 */
export function flowItems(type: string, handsOn: HandsOnOf): FlowItems {
  const next = (one: string) => handsOn.get(one) ?? [];
  const callbacks = [...handsOn.keys()].filter((parent) => reached(parent, handsOn).has(type)).flatMap(next);
  const before = [...handsOn.keys()].filter((parent) => next(parent).includes(type));
  const updated = others(type, [...next(type), ...callbacks]);
  return { parked: others(type, next(type)), updated, read: others(type, [...updated, ...before]) };
}

/** Every type that a job of this one may lead to. */
function reached(from: string, handsOn: HandsOnOf): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (type: string): void => {
    for (const next of handsOn.get(type) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      look(next);
    }
  };
  look(from);
  return found;
}

const others = (type: string, types: readonly string[]): string[] =>
  [...new Set(types)].filter((one) => one !== type).toSorted();
