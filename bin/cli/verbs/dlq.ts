import type { Command } from 'commander';
import type { Run } from '../verb.ts';
import { purgeVerb } from './dlq-purge.ts';
import { redriveVerb } from './dlq-redrive.ts';
import { showVerb } from './dlq-show.ts';

export function dlqVerb(program: Command, run: Run): void {
  const dlq = program
    .command('dlq')
    .summary('look at, send back or delete dead letters')
    .description('Works on the messages of a dead-letter queue. For what died, and why, see: sluice dead.');
  showVerb(dlq, run);
  redriveVerb(dlq, run);
  purgeVerb(dlq, run);
}
