import type { Command } from 'commander';
import type { Run } from '../verb.ts';
import { backfillVerb } from './schedule-backfill.ts';
import { deleteVerb } from './schedule-delete.ts';
import { listVerb } from './schedule-list.ts';
import { pauseScheduleVerb } from './schedule-pause.ts';
import { putVerb } from './schedule-put.ts';
import { resumeScheduleVerb } from './schedule-resume.ts';
import { runNowVerb } from './schedule-run-now.ts';

export function scheduleVerb(program: Command, run: Run): void {
  const schedule = program
    .command('schedule')
    .summary('make, list, pause or catch up schedules')
    .description(
      'Works on schedules that are made at run time, here or by sluice/schedules. Those of a definition are deployed with it.',
    );
  for (const add of [putVerb, listVerb, pauseScheduleVerb, resumeScheduleVerb, deleteVerb]) add(schedule, run);
  for (const add of [runNowVerb, backfillVerb]) add(schedule, run);
}
