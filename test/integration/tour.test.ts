import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkAll } from '../../localstack/tour/checks.ts';
import { PARKED_SECONDS, TOUR_SOURCES } from '../../localstack/tour/jobs.ts';
import { runTour, type Tour } from '../../localstack/tour/run-tour.ts';
import { bringUp, type LocalSluice } from '../../localstack/up.ts';

/**
 * `npm start` without its output. How late a retry starts is left out: that is this machine's, and `npm start` says it. That none
 * starts early is not.
 */
const NO_LIMIT = Number.POSITIVE_INFINITY;

let local: LocalSluice;
let tour: Tour;

beforeAll(async () => {
  local = await bringUp({ stage: 'tour', emulator: inject('emulator'), sources: TOUR_SOURCES });
  tour = await runTour(local, { longestMs: NO_LIMIT, latestMs: NO_LIMIT });
}, 600_000);
afterAll(async () => {
  await local?.stop();
});

const endOf = (label: string) => {
  const item = tour.sent.find(({ job }) => job.label === label)?.item;
  return [item?.status, item?.attempts, item?.reason];
};

describe('the tour of npm start', () => {
  it('finds all 10 messages ended as they should', () => {
    expect(tour.complaints).toEqual([]);
    expect(tour.total).toBe(10);
  });

  it('shows each way in which a job ends', () => {
    const labels = ['welcome-ada', 'ord-1002', 'crm', 'of billing.1', 'ord-1003', '(not JSON)', 'no-subject'];
    expect(Object.fromEntries(labels.map((label) => [label, endOf(label)]))).toEqual({
      'welcome-ada': ['COMPLETED', 1, undefined],
      'ord-1002': ['COMPLETED', 3, undefined],
      crm: ['COMPLETED', 2, undefined],
      'of billing.1': ['COMPLETED', 1, undefined],
      'ord-1003': ['DEAD', 1, 'PermanentError'],
      '(not JSON)': ['DEAD', 0, 'InvalidMessage'],
      'no-subject': ['DEAD', 0, 'InvalidPayload'],
    });
  });

  it('parks one retry for longer than a minute, which the dispatcher of the rule releases', () => {
    expect(PARKED_SECONDS).toBeGreaterThan(60);
    expect(tour.table).toMatch(
      /sync-data crm +COMPLETED +2 +61\.0 s → \d+\.\d s \(EventBridge\) +3 pages, 2,500 records/,
    );
  });

  it('says of a job that did not end as it should what it expected', async () => {
    const none = { count: () => 0, delays: () => [], stop: async () => undefined };
    const sent = tour.sent
      .filter(({ job }) => job.label === 'ord-1001')
      .map((one) => ({ ...one, job: { ...one.job, attempts: 2 } }));
    const { complaints } = await checkAll({ sent, timeline: none, latestMs: NO_LIMIT }, local);
    expect(complaints).toContain(
      'ord-1001: COMPLETED after 1 attempts, reason none; expected COMPLETED after 2, reason none',
    );
  });
});
