import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const CHUNK = 500;
const CHUNKS = 6;

/** The engine as it is, on the in-memory AWS. A seed that is named here is replayed by `npm run simulate -- --from <seed> --seeds 1`. */
it.each(Array.from({ length: CHUNKS }, (_, n) => n * CHUNK + 1))(
  'no promise is broken in 500 schedules of faults from seed %d on',
  async (from) => {
    const broken: string[] = [];
    for (let seed = from; seed < from + CHUNK; seed++) broken.push(...(await simulate(seed)));
    expect(broken).toEqual([]);
  },
  120_000,
);
