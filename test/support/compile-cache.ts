import { fileURLToPath } from 'node:url';

/**
 * Where Node keeps compiled code between the processes of the tests (`NODE_COMPILE_CACHE`): the AWS SDK and the CDK are
 * compiled once, not once a process. Node looks at the source itself, so that what has changed is compiled again.
 */
export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/sluice-tests', import.meta.url));
