import { expect, it, vi } from 'vitest';
import { type Random, type SimulationEnd, SimulationError, simulate } from '#sluice/testing';
import { syncData } from '../../../../functions/sync-data/definition.ts';
import { perform } from '../../../../functions/sync-data/perform.ts';
import { sourceRecord } from '../../../../localstack/stand-ins/index.ts';

/** The source stands in for HTTP: three pages of records, and now and then none. */
const source = vi.hoisted(() => ({ fetchPage: (_request: { cursor?: string | undefined }): unknown => undefined }));
vi.mock('../../../../functions/sync-data/fetch-page.ts', () => ({
  fetchPage: async (request: { cursor?: string | undefined }) => source.fetchPage(request),
}));
vi.stubEnv('RECORDS_TABLE', 'records');
vi.stubEnv('SYNC_ALLOWED_HOSTS', 'crm=api.example.com,shop=api.example.com');

const PER_PAGE = 30;
const PAGES = 3;
const payloads = [
  { source: 'crm', url: 'https://api.example.com/crm' },
  { source: 'shop', url: 'https://api.example.com/shop' },
];
const tables = { records: ['source', 'id'] };

function pageOf(cursor: string | undefined) {
  const page = Number(cursor ?? 0);
  const records = Array.from({ length: PER_PAGE }, (_, i) => sourceRecord('crm', page * PER_PAGE + i));
  return { records, nextCursor: page + 1 < PAGES ? String(page + 1) : null };
}

/** The handler, with a source that fails in so many of a hundred requests. */
const withSource =
  (failing: number) =>
  (...[payload, context, { random }]: HandlerArguments) => {
    source.fetchPage = ({ cursor }) => {
      if (random.percent(failing)) throw new Error('the source is down');
      return pageOf(cursor);
    };
    return perform(payload, context);
  };
type HandlerArguments = [...Parameters<typeof perform>, { readonly random: Random }];

/** A page that was written twice would count its records as dropped the second time: they are not newer. */
function checkAllOnce({ jobs, items }: SimulationEnd): void {
  const completed = jobs.filter((job) => job?.status === 'COMPLETED');
  for (const { result } of completed as { result: unknown }[])
    expect(result).toEqual({ pages: PAGES, records: PAGES * PER_PAGE, dropped: 0 });
  expect(items('records').length).toBeGreaterThanOrEqual(completed.length * PAGES * PER_PAGE);
}

it('each record is written once in sixty schedules with faults', { timeout: 120_000 }, async () => {
  const { ended } = await simulate(syncData, withSource(5), { payloads, tables, schedules: 60, check: checkAllOnce });
  expect(ended.COMPLETED).toBeGreaterThan(90);
});

it('a handler that forgets its checkpoint is reported', { timeout: 120_000 }, async () => {
  const forgetful = (...[payload, context, surroundings]: HandlerArguments) =>
    withSource(20)(payload, { ...context, job: { ...context.job, checkpoint: undefined } }, surroundings);
  const simulated = simulate(syncData, forgetful, { payloads, tables, schedules: 60, check: checkAllOnce });
  await expect(simulated).rejects.toThrow(SimulationError);
  await expect(simulated).rejects.toThrow(/deeply equal.*What it takes.*What happened.*Replay: simulate/s);
});
