import { cancelFlow, flagsOf, flow, onStage, retryNow, tableOf } from '../../operator/index.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan, typedOver } from './plan.ts';

interface Named {
  readonly type: string;
  readonly flow: string;
}

/** Cancels a batch: its callback, and every job of it that has not ended. */
export async function cancelFlowPlan(desk: Desk, named: Named): Promise<Plan> {
  const { type, flow: key } = named;
  const view = await flow(desk.stage, { type, key });
  definitionOf(desk, type);
  return {
    ...{ kind: 'cancel-flow', type, asked: `flow ${type} ${key}`, count: view.open + 1, examples: [`${type} ${key}`] },
    will: `Its callback is cancelled first, so that it does not fire; then its ${counted(view.open, 'job')} that ${view.open === 1 ? 'has' : 'have'} not ended.`,
    ...{ notes: [], deadLettersOf: [], typeToConfirm: typedOver(view.open + 1, type) },
    cliLine: `npx sluice cancel ${type} ${key} --flow${flagsOf(desk.stage)}`,
    run: async ({ signal, progress }): Promise<Outcome> => {
      const definition = (one: string) => definitionOf(desk, one);
      const { row, jobs, interrupted } = await cancelFlow(
        desk.stage,
        { type, key },
        {
          ...{ definitionOf: definition, signal, onProgress: progress },
        },
      );
      if (row === 'none') {
        return {
          done: 0,
          unchanged: view.open + 1,
          refused: 0,
          said: '0 changed: it had ended meanwhile',
          tone: 'warning',
        };
      }
      const { none = 0, ...written } = jobs;
      const done = 1 + Object.values(written).reduce((sum, count) => sum + count, 0);
      const said = `its callback and ${counted(done - 1, 'job')} cancelled, or told to end`;
      return { done, unchanged: none, refused: 0, said, tone: 'good', isPartial: interrupted };
    },
  };
}

/** Lets a callback begin without waiting for its children any longer. */
export async function fireFlowPlan(desk: Desk, { type, flow: key }: Named): Promise<Plan> {
  const { open } = await flow(desk.stage, { type, key });
  return {
    ...{ kind: 'fire-flow', type, asked: `flow ${type} ${key}`, count: 1, examples: [`${type} ${key}`] },
    will: 'Its callback is due now: it begins within a minute, with what its children have done until then.',
    notes:
      open === 0
        ? []
        : [
            `${counted(open, 'child', 'children')} ${open === 1 ? 'has' : 'have'} not ended: ${open === 1 ? 'it goes' : 'they go'} on.`,
          ],
    ...{ deadLettersOf: [], cliLine: `npx sluice retry ${type} ${key}${flagsOf(desk.stage)}` },
    run: async ({ progress }): Promise<Outcome> => {
      const { row } = await onStage(desk.stage, type, () => retryNow(tableOf(desk.stage), { type, key }));
      if (row === 'none') {
        return {
          done: 0,
          unchanged: 1,
          refused: 0,
          said: '0 changed: it had begun or ended meanwhile',
          tone: 'warning',
        };
      }
      progress(1);
      return { done: 1, unchanged: 0, refused: 0, said: 'its callback is due now', tone: 'good' };
    },
  };
}
