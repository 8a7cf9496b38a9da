import { drain, flagsOf, setRunning } from '../../operator/index.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan } from './plan.ts';

/** Stops or starts a type's jobs. */
export function runningPlan(desk: Desk, type: string, kind: 'pause' | 'resume'): Plan {
  const running = kind === 'resume';
  return {
    ...{ kind, type, asked: type, count: 1, examples: [type], deadLettersOf: [] },
    will: running
      ? 'Its jobs are started again, those that wait first.'
      : 'No more of its jobs are started; jobs keep arriving and wait. Those that run go on to their end.',
    notes: running ? [] : ['A deploy that changes the event source, or creates the stack again, resumes it.'],
    cliLine: `npx sluice ${kind} ${type}${flagsOf(desk.stage)}`,
    run: async ({ progress }): Promise<Outcome> => {
      const { state, changed } = await setRunning(desk.stage, type, { running });
      progress(changed ? 1 : 0);
      if (changed) return { done: 1, unchanged: 0, refused: 0, said: `${type} is ${state}`, tone: 'good' };
      return { done: 0, unchanged: 1, refused: 0, said: `0 changed: ${type} was ${state} already`, tone: 'warning' };
    },
  };
}

/** Waits until nothing of a type waits or runs. It changes nothing, and takes as long as that takes. */
export const drainPlan = (desk: Desk, type: string): Plan => ({
  ...{ kind: 'drain', type, asked: type, count: 1, examples: [type], deadLettersOf: [], notes: [] },
  will: 'It waits until no job of the type waits, runs or is parked, for an hour at most. Nothing is changed.',
  cliLine: `npx sluice drain ${type}${flagsOf(desk.stage)}`,
  run: async ({ signal, progress }): Promise<Outcome> => {
    const { end, last } = await drain(desk.stage, type, { signal });
    const jobs = last.depth + last.inFlight + last.delayed + last.parked;
    if (end !== 'empty') {
      const why = { timeout: 'an hour is over', paused: `it is ${last.state}`, interrupted: 'it was stopped' }[end];
      const isPartial = end === 'interrupted';
      return {
        done: 0,
        unchanged: isPartial ? 0 : 1,
        refused: 0,
        isPartial,
        said: `${counted(jobs, 'job')} left: ${why}`,
        tone: 'warning',
      };
    }
    progress(1);
    return { done: 1, unchanged: 0, refused: 0, said: `${type} is empty`, tone: 'good' };
  },
});
