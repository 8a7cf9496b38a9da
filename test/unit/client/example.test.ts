import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { DeadJobError } from '#sluice/client';
import { defineJob, PermanentError } from '#sluice/contract';
import { createProducer } from '#sluice/producer';
import { STAGE } from '../../support/world.ts';
import { type Desk, makeDesk, outcomeOf } from './support.ts';

afterEach(() => void vi.useRealTimers());

const buildReport = defineJob({ type: 'build-report', payload: z.object({ month: z.string() }) });

const perform: NonNullable<Parameters<typeof makeDesk>[0]>['perform'] = async (payload, { progress }) => {
  await progress(50);
  if ((payload as { month: string }).month !== 'march') throw new PermanentError('there is no such month');
  return { rows: 1200 };
};

/** The example of lib/client/README.md, with its client and its producer. */
function makeReporter({ world, progress, waitFor, status, cancel }: Desk) {
  const { enqueue } = createProducer({ stage: STAGE, client: world.sqs.client });

  async function report(month: string, show: (percent: unknown) => void): Promise<unknown> {
    await enqueue(buildReport, { month }, { key: month });
    for await (const percent of progress(buildReport, month)) show(percent);
    try {
      return await waitFor(buildReport, month, { timeoutMs: 60_000 });
    } catch (error) {
      if (!(error instanceof DeadJobError)) throw error;
      return `no report (${error.reason}): ${error.error.message}`;
    }
  }

  async function stop(month: string): Promise<string> {
    const state = await status(buildReport, month);
    if (state.status === 'COMPLETED') return `too late since ${state.completedAt}`;
    const { row } = await cancel(buildReport, month);
    return row === 'cancelRequested' ? 'it runs, and ends soon' : 'it will not run';
  }

  return { report, stop };
}

it.each([
  ['march', { rows: 1200 }],
  ['mai', 'no report (PermanentError): there is no such month'],
])('a report of %s is sent, followed and awaited', async (month, end) => {
  const desk = makeDesk({ definition: buildReport, perform });
  const shown: unknown[] = [];
  const reporting = outcomeOf(makeReporter(desk).report(month, (percent) => shown.push(percent)));
  await desk.pass(10);
  await desk.world.deliver();
  await desk.pass(5000);
  expect([reporting.now(), shown]).toEqual([end, [50]]);
});

it('a report is stopped before it runs, and not once it has completed', async () => {
  const desk = makeDesk({ definition: buildReport, perform });
  const { report, stop } = makeReporter(desk);
  const stopped = outcomeOf(stop('april'));
  const reporting = outcomeOf(report('march', () => undefined));
  await desk.pass(10);
  await desk.world.deliver();
  await desk.pass(5000);
  expect([stopped.now(), reporting.now()]).toEqual(['it will not run', { rows: 1200 }]);
  const late = outcomeOf(stop('march'));
  await desk.pass(10);
  expect(late.now()).toBe('too late since 2026-01-01T00:00:00.010Z');
});
