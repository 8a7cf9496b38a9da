import type { Command } from 'commander';
import { switchesRunning } from '../running-switch.ts';
import type { Run } from '../verb.ts';

export function pauseVerb(program: Command, run: Run): void {
  switchesRunning(program.command('pause').summary('stop starting jobs of a type'), run, false).description(
    'Stops starting jobs of a type: disables its event source. Jobs that run go on to their end. New jobs keep arriving ' +
      'and wait. A deploy that changes the event source resumes it.',
  );
}
