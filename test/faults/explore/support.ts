import { fileURLToPath } from 'node:url';
import { runOutside } from '../../support/run-outside.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/** Explores as `npm run explore` does. */
export const exploreOutside = (...options: string[]) => runOutside(RUN, options, 'ignore');
