import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { SOURCE_NAME } from './allowed-hosts.ts';

export const syncData = defineJob({
  type: 'sync-data',
  payload: z.strictObject({
    /** Names the records in the table; `generate-report` selects them by it. */
    source: z.string().regex(SOURCE_NAME),
    /** First page; its host must be one of the source's own (`-c syncAllowedHosts=source=host`). */
    url: z.url({ protocol: /^https?$/ }),
  }),
  timeoutSeconds: 300,
  maxConcurrency: 5,
  handsOn: ['generate-report'],
});
