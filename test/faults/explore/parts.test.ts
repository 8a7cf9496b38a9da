import { describe, expect, it } from 'vitest';
import { configurationsOf } from './configurations.ts';
import { makeInterner } from './intern.ts';
import { ownersIn } from './processes.ts';
import { makeSeen } from './seen.ts';
import { shifted } from './shift.ts';
import { decode, encode, makeTimes, type State } from './state.ts';

const state: State = {
  left: { faults: 3, cancels: 1, retriesNow: 0, redrives: 2, expiries: 1, snoozes: 3 },
  ...{
    nowMs: Date.UTC(2026, 0, 1, 0, 0, 24, 800),
    unsent: 5,
    lateId: 7,
    dispatcherId: 11,
    operatorId: 13,
    redrivenId: 2,
  },
  consumers: [
    { id: 4, frozen: true },
    { id: 9, frozen: false },
  ],
  ...{ items: [3, 8], messages: [0, 6, 0, 2], letters: [1, 1] },
};

describe('a state', () => {
  it('is the same again once it was encoded', () => {
    const times = makeTimes();
    expect(decode(encode(state, times), 2, times)).toEqual(state);
  });

  it('is the same whichever of two consumers is which', () => {
    const times = makeTimes();
    const swapped = { ...state, consumers: state.consumers.toReversed() };
    expect(encode(swapped, times)).toEqual(encode(state, times));
  });

  it('with more messages than it has places for is refused', () => {
    const full = { ...state, messages: [1, 2, 3, 4, 5, 6] };
    expect(() => encode(full, makeTimes())).toThrow('a state has 6 messages, the encoding takes 5');
  });
});

describe('what was seen', () => {
  it('is new once, and known with the way to it, also beyond its first room', () => {
    const seen = makeSeen();
    const words = (n: number) => Int32Array.of(n, n >> 3, 1);
    const isNew = (n: number) => seen.add(words(n), Math.max(0, n - 1), n % 7).isNew;
    const added = Array.from({ length: 200_000 }, (_, n) => n).filter(isNew);
    expect(added).toHaveLength(200_000);
    expect(seen.add(words(70_000), 0, 0)).toEqual({ index: 70_000, isNew: false });
    expect(seen.size).toBe(200_000);
    expect(seen.pathTo(3)).toEqual([1, 2, 3]);
  });
});

describe('moments in a text', () => {
  it('move in ms, in seconds and as ISO 8601; what is no moment stays', () => {
    const text =
      '{"at":1767225600000,"s":"1767225600","iso":"2026-01-01T00:00:00.000Z","old":"2020-01-01T00:00:00.000Z","n":30}';
    const later =
      '{"at":1767225627000,"s":"1767225627","iso":"2026-01-01T00:00:27.000Z","old":"2020-01-01T00:00:00.000Z","n":30}';
    expect(shifted(text, 27_000)).toBe(later);
    expect(shifted(later, -27_000)).toBe(text);
  });

  it('move in values that are kept by number', () => {
    const values = makeInterner<{ at: number }>();
    const moved = values.shifted(values.id({ at: 1767225600000 }), 1000);
    expect(values.get(moved)).toEqual({ at: 1767225601000 });
    expect(values.shifted(moved, -1000)).toBe(1);
  });
});

it('owners are found in a text, with those of a second begin', () => {
  expect(ownersIn('[{"owner":{"S":"o1"}},"o3+","o","xo2"]')).toBe((1 << 1) | (1 << 3));
});

it('a configuration that does not exist is refused with the names of those that do', () => {
  expect(() => configurationsOf('smal')).toThrow(/no configuration "smal"; there are: small, medium, full, alone/);
});
