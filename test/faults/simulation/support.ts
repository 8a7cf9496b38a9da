import { fileURLToPath } from 'node:url';
import { runOutside } from '../../support/run-outside.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/** Runs schedules as `npm run simulate` does. */
export const simulateOutside = (...options: string[]) => runOutside(RUN, options, 'inherit');
