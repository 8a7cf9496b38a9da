import type { Command } from 'commander';
import { purgeVerb } from './dlq-purge.ts';
import { redriveVerb } from './dlq-redrive.ts';
import { showVerb } from './dlq-show.ts';

export function dlqVerb(program: Command): void {
  const dlq = program
    .command('dlq')
    .summary('look at, send back or delete dead letters')
    .description('Works on the messages of a dead-letter queue. For what died, and why, see: sluice dead.');
  showVerb(dlq);
  redriveVerb(dlq);
  purgeVerb(dlq);
}
