/** The smallest of many, whatever comes and goes: adding and taking cost the logarithm of their number. */
export interface Heap<T> {
  readonly size: number;
  push(value: T): void;
  /** The smallest; undefined if there is none. */
  peek(): T | undefined;
  pop(): T | undefined;
  clear(): void;
  /** Leaves out all that are not wanted. */
  keep(isWanted: (value: T) => boolean): void;
}

/** @param isBefore a strict order: of two different values exactly one is before the other */
export function makeHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  let values: T[] = [];
  const up = (value: T, from: number) => {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = values[parent] as T;
      if (!isBefore(value, above)) break;
      values[at] = above;
      at = parent;
    }
    values[at] = value;
  };
  const down = (value: T) => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= values.length) break;
      if (child + 1 < values.length && isBefore(values[child + 1] as T, values[child] as T)) child += 1;
      const below = values[child] as T;
      if (!isBefore(below, value)) break;
      values[at] = below;
      at = child;
    }
    values[at] = value;
  };
  const push = (value: T) => {
    values.push(value);
    up(value, values.length - 1);
  };
  return {
    get size() {
      return values.length;
    },
    push,
    peek: () => values[0],
    pop() {
      const first = values[0];
      const last = values.pop();
      if (values.length > 0 && last !== undefined) down(last);
      return first;
    },
    clear() {
      values = [];
    },
    keep(isWanted) {
      const wanted = values.filter(isWanted);
      values = [];
      for (const value of wanted) push(value);
    },
  };
}
