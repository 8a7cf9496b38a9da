/** States that were met, by a fingerprint of 64 bits each, with how each was reached. Of 10⁸ states two are alike by chance once in 3,700 explorations. */
export interface Seen {
  readonly size: number;
  /** @returns its number, and whether it is new */
  add(words: Int32Array, from: number, move: number): { readonly index: number; readonly isNew: boolean };
  /** The moves that lead to a state from the first one. */
  pathTo(index: number): number[];
}

const FIRST_ROOM = 1 << 16;

export function makeSeen(): Seen {
  let table = new Uint32Array(FIRST_ROOM);
  let [highs, lows, parents] = [new Uint32Array(FIRST_ROOM), new Uint32Array(FIRST_ROOM), new Uint32Array(FIRST_ROOM)];
  let moves = new Uint16Array(FIRST_ROOM);
  let size = 0;
  const grow = () => {
    [highs, lows, parents] = [longer(highs), longer(lows), longer(parents)];
    const longerMoves = new Uint16Array(moves.length * 2);
    longerMoves.set(moves);
    moves = longerMoves;
  };
  const rehash = () => {
    table = new Uint32Array(table.length * 2);
    for (let index = 0; index < size; index++) table[placeOf(highs[index] ?? 0, lows[index] ?? 0)] = index + 1;
  };
  /** Where it stands, or is to stand. */
  const placeOf = (high: number, low: number): number => {
    const mask = table.length - 1;
    let place = low & mask;
    for (let at = table[place] ?? 0; at !== 0; at = table[place] ?? 0) {
      if (highs[at - 1] === high && lows[at - 1] === low) return place;
      place = (place + 1) & mask;
    }
    return place;
  };
  return {
    get size() {
      return size;
    },
    add(words, from, move) {
      const [high, low] = [hashOf(words, 0x9747b28c), hashOf(words, 0x3c6ef372)];
      const place = placeOf(high, low);
      const found = table[place] ?? 0;
      if (found !== 0) return { index: found - 1, isNew: false };
      if (size === highs.length) grow();
      highs[size] = high;
      lows[size] = low;
      parents[size] = from;
      moves[size] = move;
      size += 1;
      table[place] = size;
      if (size * 2 > table.length) rehash();
      return { index: size - 1, isNew: true };
    },
    pathTo(index) {
      const path: number[] = [];
      for (let at = index; at !== 0; at = parents[at] ?? 0) path.push(moves[at] ?? 0);
      return path.reverse();
    },
  };
}

function longer(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const twice = new Uint32Array(array.length * 2);
  twice.set(array);
  return twice;
}

/** MurmurHash3, 32 bits, over whole words. */
function hashOf(words: Int32Array, seed: number): number {
  let hash = seed;
  for (const word of words) {
    let k = Math.imul(word, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    hash ^= k;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
