import { checkCorrectedPayload, flagsOf, redriveJobs } from '../../operator/index.ts';
import type { JobRun } from '../api.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import type { Plan } from './plan.ts';
import { newSaveFile } from './purge.ts';
import { outcomeOf, WHY } from './redrive.ts';

/** Sends one dead job back with another body. @throws CorrectedBodyError that says what is wrong with it */
export async function correctPlan(desk: Desk, { type, key, run }: JobRun, body: string): Promise<Plan> {
  await checkCorrectedPayload(definitionOf(desk, type), body);
  return {
    ...{ kind: 'correct', type, asked: `${type} ${key}`, count: 1, examples: [`${type} ${key}`], notes: [] },
    will: 'Its old body is saved to a file on this machine, then it is sent back with the corrected one, at attempt 1.',
    deadLettersOf: [type],
    cliLine: `npx sluice dlq redrive ${type} --key ${key} --edit${flagsOf(desk.stage)}`,
    run: async ({ signal, progress, refuse }) => {
      const file = newSaveFile(desk, `${type}-corrected`);
      const report = await redriveJobs(desk.stage, type, [{ key, run }], { body, file, signal, onProgress: progress });
      for (const { why } of report.unchanged) refuse({ type, key, why: WHY[why] });
      for (const { code, message } of report.refused) refuse({ type, key, why: `${code}: ${message}` });
      const outcome = outcomeOf([report]);
      return {
        ...outcome,
        ...(report.sent > 0 && { said: 'sent back with the corrected body' }),
        ...(report.saved > 0 && { file }),
      };
    },
  };
}
