import type { Command } from 'commander';
import { switchesRunning } from '../running-switch.ts';

export function resumeVerb(program: Command): void {
  switchesRunning(program.command('resume').summary('start jobs of a type again'), true).description(
    'Starts jobs of a type again, after a pause.',
  );
}
