import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { type SimulatedHandler, type SimulateOptions, SimulationError, simulate } from '#sluice/testing';

const counter = defineJob({ type: 'counter', payload: z.object({ name: z.string() }) });
type Handler = SimulatedHandler<typeof counter>;
const payloads = [{ name: 'a' }, { name: 'b' }];
const tables = { counts: ['id'] };

const add = (id: string) => ({
  Update: {
    TableName: 'counts',
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});
const counting: Handler = ({ name }, { commit }) => commit([add(name)]);
/** Counts before its job is settled: an attempt that is cut off afterwards counts again. */
const hasty: Handler = ({ name }, { checkpoint }) => checkpoint([add(name)], null);

const check: SimulateOptions<typeof counter>['check'] = ({ items }) => {
  for (const { id, times } of items('counts')) if (times !== 1) throw new Error(`${id} was counted ${times} times`);
};
const broken = (handler: Handler, options: Partial<SimulateOptions<typeof counter>> = {}) =>
  simulate(counter, handler, { payloads, tables, check, schedules: 60, ...options }).then(
    () => expect.fail('nothing broke'),
    (error: unknown) => error as SimulationError,
  );

describe('simulate', () => {
  it('says how the jobs of all schedules ended', async () => {
    const { schedules, ended } = await simulate(counter, counting, { payloads, tables, check, schedules: 40 });
    expect(schedules).toBe(40);
    expect(ended.COMPLETED).toBeGreaterThan(70);
  });

  it('reports the first schedule that breaks the caller’s own promise, and what it takes', async () => {
    const error = await broken(hasty);
    expect(error).toBeInstanceOf(SimulationError);
    const [, needed = ''] = /What it takes .+ (\d+) things? remain/.exec(error.message) ?? [];
    expect(Number(needed)).toBeLessThan(10);
    expect(error.message).toMatch(/^seed \d+: [ab] was counted \d times[\s\S]+job\.started job-[12]/);
    expect(error.message).toContain(`Replay: simulate(…, { …, from: ${error.seed}, schedules: 1 })`);
  });

  it('is the same for the same seed', async () => {
    const first = await broken(hasty);
    const again = await broken(hasty, { from: first.seed, schedules: 1 });
    expect(again.message).toBe(first.message);
  });

  it('empties what stand-ins remember before each schedule, also before those that cut a failing one down', async () => {
    const taken: string[] = [];
    const before = () => void taken.splice(0);
    const once = () => expect(taken.filter((name) => name === 'a').length).toBeLessThan(2);
    const noted: Handler = ({ name }) => void taken.push(name);
    const { message, seed } = await broken(noted, { before, check: once });
    expect(Number(/ (\d+) things? remain/.exec(message)?.[1])).toBeLessThan(10);
    const again = await broken(noted, { before, check: once, from: seed, schedules: 1 });
    expect(again.message).toBe(message);
  });

  it('a handler that waits for the world outside only times out', async () => {
    const waiting: Handler = () => new Promise((resolve) => setTimeout(resolve, 1000));
    const run = simulate(counter, waiting, { payloads, schedules: 2 });
    await expect(run).rejects.toThrow(
      /^no job completed, so nothing was shown; the last one failed of \w*Timeout\w*: /,
    );
  });

  it.each([
    [{ payloads: [] }, 'simulate: payloads must hold at least one payload, got 0'],
    [{ schedules: 0 }, 'simulate: schedules must be a whole number from 1 on, got 0'],
    [{ from: 1.5 }, 'simulate: from must be a whole number from 1 on, got 1.5'],
  ])('refuses %j', async (options, message) => {
    await expect(simulate(counter, counting, { payloads, ...options })).rejects.toThrow(new RangeError(message));
  });
});
