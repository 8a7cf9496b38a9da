import { join } from 'node:path';
import { flagsOf, purge, type Stage } from '../../operator/index.ts';
import type { Desk } from '../desk.ts';
import { counted, type Plan } from './plan.ts';
import type { Chosen } from './redrive.ts';
import { examplesOf, forEachJob } from './words.ts';

/** A new file for what is deleted or corrected. `sluice-*.ndjson` is what git is told to ignore: it holds payloads. */
export function newSaveFile(desk: Desk, what: string): string {
  const time = new Date(desk.now()).toISOString().replace(/[-:.]/g, '');
  const name = ['sluice', desk.stage.name.replace(/[^\w-]+/g, '-'), what, time].join('-');
  return join(desk.options.saveFolder ?? process.cwd(), `${name}.ndjson`);
}

/** Deletes the dead letters of exactly these runs, each after it was saved. */
export function purgePlan(desk: Desk, type: string, { jobs, asked, notes, cliLine }: Chosen): Plan {
  const flags = flagsOf(desk.stage);
  return {
    ...{ kind: 'purge', type, asked, count: jobs.length, examples: examplesOf(jobs), notes },
    will: 'Their dead letters are saved to a file on this machine, then deleted. The jobs stay dead and cannot be redriven.',
    typeToConfirm: type,
    deadLettersOf: [type],
    cliLine: cliLine ?? forEachJob(jobs, ({ key }) => `npx sluice dlq purge ${type} --key ${key}${flags}`),
    run: async ({ signal, progress }) => {
      const file = newSaveFile(desk, `${type}-dlq`);
      const { deleted, saved, left, received } = await purge(desk.stage, type, {
        ...{ file, filter: { jobs }, signal, onProgress: progress },
      });
      const { failure } = received;
      const isPartial = received.interrupted || received.atQuota === true || failure !== undefined;
      const unchanged = isPartial ? 0 : jobs.length - deleted - left;
      const rest =
        unchanged === 0
          ? ''
          : `${deleted === 0 ? ': none was' : `; ${unchanged} were not`} found in the dead-letter queue`;
      const kept = left === 0 ? '' : `; ${left} were saved and could not be deleted`;
      return {
        ...{ done: deleted, unchanged, refused: left, isPartial },
        said: `${deleted === 0 ? '0 changed' : `${counted(deleted, 'dead letter')} deleted`}${rest}${kept}`,
        tone: left > 0 ? 'bad' : deleted === 0 || unchanged > 0 ? 'warning' : 'good',
        ...(saved > 0 && { file }),
        ...(failure !== undefined && { failure }),
      };
    },
  };
}

/** The name that a purge asks for: the stage's where its data is kept, so that nobody takes it for a disposable one. */
export const purgeName = (stage: Stage, type: string, keepsData: boolean): string => (keepsData ? stage.name : type);
