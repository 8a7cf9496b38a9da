import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { makeCallTime, OutOfTimeError } from '../../../../lib/engine/calls/call-time.ts';
import { awsError, makeVirtualClock, throttled } from '../../../../lib/testing/index.ts';

const never = () => new Promise<never>(() => undefined);

function setUp(luck = 1) {
  const clock = makeVirtualClock();
  const startedAtMs = clock.now();
  const time = makeCallTime({ clock, random: () => luck });
  return { clock, time, tookMs: () => clock.now() - startedAtMs, inMs: (ms: number) => startedAtMs + ms };
}

describe('a call', () => {
  test('that is not answered is given up at the moment that its invocation named, and its signal aborted', async () => {
    const { clock, time, tookMs, inMs } = setUp();
    time.begin(inMs(700));
    const signal = time.signal();
    await expect(clock.run(time.within(never))).rejects.toBeInstanceOf(OutOfTimeError);
    expect(tookMs()).toBe(700);
    expect(signal?.aborted).toBe(true);
  });

  test('that begins when no time is left is sent all the same, with no signal, and not waited for', async () => {
    const { clock, time, inMs } = setUp();
    time.begin(inMs(0));
    await clock.advance(1);
    let signal: AbortSignal | undefined | 'not sent' = 'not sent';
    const send = () => {
      signal = time.signal();
      return never();
    };
    await expect(time.within(send)).rejects.toBeInstanceOf(OutOfTimeError);
    expect(signal).toBeUndefined();
  });

  test('that fails after it was given up is no unhandled rejection', async () => {
    const { clock, time, inMs } = setUp();
    time.begin(inMs(100));
    let fail = (_: Error): void => undefined;
    const late = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(clock.run(time.within(() => late))).rejects.toBeInstanceOf(OutOfTimeError);
    fail(new Error('too late'));
    await turn();
  });

  test('holds its answer no longer than whoever asked, however long the invocation takes', async () => {
    const { time, inMs } = setUp();
    time.begin(inMs(60_000));
    const answers: WeakRef<object>[] = [];
    for (let i = 0; i < 100; i++) {
      answers.push(new WeakRef(await time.within(async () => ({ i }))));
      await time.within(() => Promise.reject(answers[i]?.deref())).catch(() => undefined);
    }
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 5; i++) {
      await turn();
      collect();
    }
    // The last may still be on the stack.
    expect(answers.slice(0, -2).filter((answer) => answer.deref() !== undefined)).toEqual([]);
    expect(time.signal()?.aborted).toBe(false);
  });

  test('of the next invocation has its own time', async () => {
    const { clock, time, inMs } = setUp();
    const end = time.begin(inMs(100));
    end();
    const [, first] = [time.begin(inMs(10_000)), time.signal()];
    await clock.advance(5000);
    expect(first?.aborted).toBe(false);
    end();
    expect(time.signal()).toBe(first);
  });

  test('leaves no timer behind once its invocation has ended', () => {
    const { clock, time, inMs } = setUp();
    time.begin(inMs(100))();
    expect(clock.nextTimerMs()).toBeUndefined();
    expect(time.signal()).toBeUndefined();
  });

  test('is made again while it is throttled, with doubling pauses of two seconds at most', async () => {
    const { clock, time, tookMs } = setUp();
    const startsMs: number[] = [];
    const call = time.call(() => {
      startsMs.push(tookMs());
      return Promise.reject(throttled());
    }, 10);
    await expect(clock.run(call)).rejects.toThrow('Rate exceeded');
    expect(startsMs).toEqual([0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100, 11_100]);
  });

  test('is not made again for a pause that would end beyond the moment: it fails at once', async () => {
    const { clock, time, tookMs, inMs } = setUp();
    time.begin(inMs(700));
    const call = time.call(() => Promise.reject(throttled()), 10);
    await expect(clock.run(call)).rejects.toThrow('Rate exceeded');
    expect(tookMs()).toBe(300);
  });

  test('that is refused is made once', async () => {
    const { time } = setUp();
    let calls = 0;
    const refusal = () => {
      calls += 1;
      return Promise.reject(awsError('ValidationException', 'no'));
    };
    await expect(time.call(refusal, 10)).rejects.toThrow('no');
    expect(calls).toBe(1);
  });
});
