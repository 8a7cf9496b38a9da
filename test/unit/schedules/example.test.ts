import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import type { Schedules } from '../../../lib/schedules/index.ts';
import { codeOf } from '../../support/page-code.ts';
import { made } from './support/made.ts';

let schedules: Schedules;

interface Customer {
  readonly id: string;
  readonly timeZone: string;
  readonly paidUntil: Date;
}

const report = defineJob({ type: 'report', payload: z.object({ customer: z.string() }) });

async function reportDaily({ id, timeZone, paidUntil }: Customer) {
  const expression = 'cron(0 7 * * ? *)';
  await schedules.put(report, `daily-${id}`, { expression, timeZone, payload: { customer: id }, until: paidUntil });
}

async function catchUp({ id }: Customer) {
  const { missed } = await schedules.resume(report, `daily-${id}`);
  if (missed === undefined) return 0;
  const { sent = 0 } = await schedules.backfill(report, `daily-${id}`, { from: missed.from, to: missed.to });
  return sent;
}

test('the page’s sample makes a schedule, and sends what it missed, once', async () => {
  const there = made({ definition: report, perform: () => null });
  ({ schedules } = there);
  const { clock } = there.world;
  const customer = { id: 'c-7', timeZone: 'America/New_York', paidUntil: new Date(clock.now() + 30 * 24 * 3600_000) };
  await reportDaily(customer);
  await schedules.pause(report, 'daily-c-7');
  await clock.advance(3 * 24 * 3600_000);
  expect([await catchUp(customer), await catchUp(customer)]).toEqual([3, 0]);
  await there.world.drain();
  expect(there.world.starts).toEqual([1, 2, 3].map((day) => `schedule:daily-c-7:2026-01-0${day}T12:00:00Z/1`));
});

test('the page shows the sample that runs', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  const page = { page: 'lib/schedules/README.md', heading: 'Make one', language: 'ts' };
  expect(source).toContain(codeOf(page).split('\n').slice(2).join('\n').trim());
});
