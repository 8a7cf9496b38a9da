/** What is under way: each is added once, and taken out when it has ended. In no order. */
export interface UnderWay<One> extends Iterable<One> {
  add(one: One): unknown;
  delete(one: One): unknown;
}

/**
 * Not a `Set`, nor listeners of one signal. V8 gives a set a new table as it grows and shrinks, and each outgrown one knows
 * the next; Node's listeners know the next one, too. Once one of them is old, all that follow are kept with what they hold,
 * until the whole heap is collected: that made a collection of young objects copy each job of the last second.
 */
export function makeUnderWay<One>(): UnderWay<One> {
  const all: One[] = [];
  return {
    add: (one) => all.push(one),
    delete(one) {
      const at = all.indexOf(one);
      if (at < 0) return;
      const last = all.pop() as One;
      if (at < all.length) all[at] = last;
    },
    [Symbol.iterator]: () => [...all].values(),
  };
}
