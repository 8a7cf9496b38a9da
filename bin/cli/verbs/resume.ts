import type { Command } from 'commander';
import { switchesRunning } from '../running-switch.ts';
import type { Run } from '../verb.ts';

export function resumeVerb(program: Command, run: Run): void {
  switchesRunning(program.command('resume').summary('start jobs of a type again'), run, true).description(
    'Starts jobs of a type again, after a pause.',
  );
}
