import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, job } from '#sluice/contract';
import { type SimulatedHandler, type SimulateFlowOptions, SimulationError, simulateFlow } from '#sluice/testing';

const page = defineJob({ type: 'page', payload: z.object({ n: z.number() }), handsOn: ['total'] });
const total = defineJob({ type: 'total', payload: z.object({ pages: z.number() }), handsOn: ['mail'] });
const mail = defineJob({ type: 'mail', payload: z.object({ to: z.string() }), handsOn: [] });
const book = defineJob({ type: 'book', payload: z.object({ pages: z.number() }), handsOn: ['page', 'total', 'mail'] });

const write: SimulatedHandler<typeof book> = ({ pages }, context) =>
  context.batch({
    children: Array.from({ length: pages }, (_, n) => job(page, { n })),
    callback: job(total, { pages }),
    mode: 'success',
  });
const types = (perform = write) =>
  [
    { definition: book, handler: perform },
    { definition: page, handler: ({ n }: { n: number }) => n },
    { definition: total, handler: ({ pages }: { pages: number }) => pages },
    { definition: mail, handler: () => undefined },
  ] as const;
const start: SimulateFlowOptions['start'] = [job(book, { pages: 3 }), job(mail, { to: 'a@b.org' })];

it('a chain whose first job stages a batch ends well whatever goes wrong', { timeout: 60_000 }, async () => {
  const seen: string[] = [];
  const { schedules, ended } = await simulateFlow(types(), {
    start,
    schedules: 40,
    check: ({ jobs }) => seen.push(['book', 'page', 'total', 'mail'].map((type) => jobs(type).length).join(' ')),
  });
  expect(schedules).toBe(40);
  expect(ended.COMPLETED).toBeGreaterThan(200);
  expect(seen).toContain('1 3 1 1');
});

it('a promise of the caller’s own that breaks is shown with what it takes', { timeout: 60_000 }, async () => {
  const check: SimulateFlowOptions['check'] = ({ jobs }) => expect(jobs('total')).toEqual([]);
  const broken = await simulateFlow(types(), { start, check }).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(SimulationError);
  expect((broken as Error).message).toMatch(/Replay: simulateFlow\(…, \{ …, from: \d+, schedules: 1 \}\)$/);
});

it('a first job of none of the types is refused', async () => {
  const other = job(defineJob({ type: 'other', payload: z.object({}) }), {});
  await expect(simulateFlow(types(), { start: other })).rejects.toThrow(
    new RangeError('simulateFlow: the first job is of type other, which is not among the types'),
  );
});
