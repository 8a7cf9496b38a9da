import type { Command } from 'commander';
import { switchesRunning } from '../running-switch.ts';

export function pauseVerb(program: Command): void {
  switchesRunning(program.command('pause').summary('stop starting jobs of a type'), false).description(
    'Stops starting jobs of a type: disables its event source. Jobs that run go on to their end. New jobs keep arriving ' +
      'and wait. A deploy that changes the event source resumes it.',
  );
}
