import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type JobLogLine,
  redriveJobs,
  type TimelineEntry,
  type TimelineItem,
  timeline,
} from '../../../../lib/operator/index.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };

/** A world whose lines carry its own time. */
function recorded(options: Parameters<typeof defineProbe>[0] = {}) {
  const world = makeWorld({ definition: defineProbe(options) });
  const lines: JobLogLine[] = [];
  const keep = (chunk: unknown) => {
    for (const text of String(chunk).split('\n')) {
      if (!text.startsWith('{') || text.includes('"_aws"')) continue;
      lines.push({ at: new Date(world.clock.now()).toISOString(), fields: JSON.parse(text) as JobLogLine['fields'] });
    }
    return true;
  };
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(keep);
  return { world, lines, told: () => timeline(itemOf(world), lines) };
}

const itemOf = (world: World) => world.job('a') as TimelineItem;
const kinds = (entries: readonly TimelineEntry[]) =>
  entries.map(({ kind, run, attempt }) => `${kind} ${run}/${attempt ?? '-'}`);
const count = (entries: readonly TimelineEntry[], kind: string) =>
  entries.filter((entry) => entry.kind === kind).length;

describe('the timeline of a job', () => {
  test('tells its retries, the newest first, with planned and actual delays', async () => {
    const { world, told } = recorded();
    world.send({ id: 'a', payload: { do: 'fail', times: 3 } });
    await world.drain(40);
    await world.clock.advance(310_000);
    await world.dispatch();
    await world.drain(60);
    expect(kinds(told())).toEqual([
      ...['completed 1/4', 'started 1/4', 'parked 1/3', 'failed 1/3', 'started 1/3', 'retry-planned 1/2', 'failed 1/2'],
      ...['started 1/2', 'retry-planned 1/1', 'failed 1/1', 'started 1/1', 'created 1/-'],
    ]);
    const starts = told().filter(({ kind }) => kind === 'started');
    expect(starts.map(({ plannedDelayMs }) => plannedDelayMs)).toEqual([300_000, 30_000, 1000, undefined]);
    for (const { plannedDelayMs = 0, actualDelayMs = 0 } of starts) {
      expect(actualDelayMs).toBeGreaterThanOrEqual(plannedDelayMs - 500);
    }
    expect(told().find(({ kind }) => kind === 'failed')?.text).toBe('Error: attempt 3 failed');
  });

  test('tells a death, its redrive and what came of it', async () => {
    const { world, told } = recorded();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain();
    await redriveJobs(stageOf(world), 'probe', [{ key: 'a', run: 1 }], FAST);
    await world.clock.advance(1000);
    await world.drain();
    expect(kinds(told())).toEqual([
      ...['dead 2/1', 'failed 2/1', 'started 2/1', 'redriven 2/-'],
      ...['dead 1/1', 'failed 1/1', 'started 1/1', 'created 1/-'],
    ]);
    expect(told()[0]?.text).toBe('PermanentError: PermanentError: it can never succeed');
  });

  test('of a type that logs failures alone tells the starts and the end', async () => {
    const { world, told, lines } = recorded({ logs: 'failures' });
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.drain(10);
    expect(lines.map(({ fields }) => fields.message)).not.toContain('job.started');
    expect(kinds(told())).toEqual([
      ...['completed 1/2', 'started 1/2', 'retry-planned 1/1', 'failed 1/1', 'started 1/1', 'created 1/-'],
    ]);
  });

  test('without lines tells what the item says', async () => {
    const { world } = recorded();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain();
    const entries = timeline(itemOf(world), []);
    expect(kinds(entries)).toEqual(['dead 1/1', 'started 1/1', 'created 1/-']);
    expect(entries[0]?.text).toBe('PermanentError: PermanentError: it can never succeed');
    world.alter('a', { runNo: 3 });
    expect(kinds(timeline(itemOf(world), []))).toEqual(['dead 3/1', 'started 3/1', 'redriven 3/-', 'created 1/-']);
  });

  test('tells that it is parked, that the dispatcher sent it, and that it was cancelled', async () => {
    const { world } = recorded();
    world.send({ id: 'a', runAt: new Date(world.clock.now() + 7200_000).toISOString() });
    await world.drain();
    expect(kinds(timeline(itemOf(world), []))).toEqual(['parked 1/-', 'created 1/-']);
    await world.clock.advance(7200_000);
    await world.dispatch();
    expect(kinds(timeline(itemOf(world), []))).toEqual(['released 1/-', 'parked 1/-', 'created 1/-']);
    world.alter('a', { status: 'CANCELLED', listKey: undefined, listAt: undefined });
    expect(timeline(itemOf(world), [])[0]).toMatchObject({
      kind: 'cancelled',
      text: expect.stringContaining('nowhere'),
    });
  });

  test('tells a crash as a stall, and other lines by their words alone', () => {
    const at = (s: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, s)).toISOString();
    const line = (s: number, message: string, more: object = {}) => ({
      at: at(s),
      fields: { jobId: 'a', message, level: 'INFO', ...more },
    });
    const attempt = (n: number) => ({ attempt: n, maxAttempts: 5 });
    const item = {
      createdAt: at(0),
      jobId: 'a',
      runNo: 1,
      attempts: 2,
      maxAttempts: 5,
      status: 'INPROGRESS',
    } as TimelineItem;
    const entries = timeline(item, [
      line(9, 'charged the card', { card: '4111', level: 'WARN', ...attempt(2) }),
      line(8, 'job.stalled', { ...attempt(2), errorName: 'TypeError', errorMessage: 'x is\nundefined' }),
      line(8, 'job.started', attempt(2)),
      line(2, 'job.started', attempt(1)),
      line(3, 'job.completed', { jobId: 'b' }),
      { at: 'never', fields: { jobId: 'a', message: 'job.dead' } },
      { ...line(4, 'job.renewed', { delayMs: 5000 }), place: 'functions/a.ts:1:1' },
    ]);
    expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
      ['logged', 'WARN charged the card'],
      ['started', 'attempt 2 of 5'],
      ['stalled', 'TypeError: x is undefined'],
      ['renewed', 'its message was sent anew: the old one had been received too often'],
      ['started', 'attempt 1 of 5'],
      ['created', ''],
    ]);
    expect(entries[3]).toMatchObject({ plannedDelayMs: 5000, place: 'functions/a.ts:1:1' });
  });
});

const payloads = fc.oneof(
  fc.record({ do: fc.constant('fail'), times: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ do: fc.constantFrom('complete', 'permanent') }),
  fc.record({ do: fc.constant('snooze'), seconds: fc.constantFrom(5, 3000) }),
  fc.record({ do: fc.constant('retryAfter'), seconds: fc.constantFrom(5, 3000) }),
);
const steps = fc.array(fc.constantFrom('deliver', 'wait', 'waitLong', 'dispatch', 'redrive'), { maxLength: 25 });

async function take(world: World, step: string) {
  if (step === 'deliver') await world.deliver();
  if (step === 'wait') await world.clock.advance(30_000);
  if (step === 'waitLong') await world.clock.advance(3600_000);
  if (step === 'dispatch') await world.dispatch();
  const item = world.job('a');
  if (step === 'redrive' && item?.status === 'DEAD') {
    await redriveJobs(stageOf(world), 'probe', [{ key: 'a', run: item.runNo }], FAST);
  }
}

test.each(['all', 'failures'] as const)(
  'whatever a job goes through, its timeline agrees with it: logs %s',
  async (logs) => {
    await fc.assert(
      fc.asyncProperty(payloads, steps, async (payload, taken) => {
        const { world, told, lines } = recorded({ logs });
        world.send({ id: 'a', payload });
        await world.deliver();
        for (const step of taken) await take(world, step);
        await world.drain();
        const entries = told();
        const times = entries.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(count(entries, 'created')).toBe(1);
        expect(count(entries, 'started')).toBe(world.starts.length);
        expect(count(entries, 'redriven')).toBe(itemOf(world).runNo - 1);
        expect(count(entries, 'dead')).toBe(itemOf(world).runNo - (itemOf(world).status === 'DEAD' ? 0 : 1));
        expect(count(entries, 'completed')).toBe(itemOf(world).status === 'COMPLETED' ? 1 : 0);
        // As CloudWatch may answer: lines of one ms in any order.
        expect(kinds(timeline(itemOf(world), lines.toReversed()))).toEqual(kinds(entries));
        // From the item alone, nothing is told that the lines do not tell.
        const known = [...entries.map(({ kind, run }) => `${kind} ${run}`)];
        for (const { kind, run } of timeline(itemOf(world), [])) expect(known).toContain(`${kind} ${run}`);
      }),
      { numRuns: 60, seed: 1 },
    );
  },
);
