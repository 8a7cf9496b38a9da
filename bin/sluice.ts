import { processHost } from './cli/host.ts';
import { sluice } from './program.ts';

// A reader that closes early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await sluice(process.argv.slice(2), processHost());
