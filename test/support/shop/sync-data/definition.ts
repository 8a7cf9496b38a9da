import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const syncData = defineJob({
  type: 'sync-data',
  payload: z.strictObject({
    /** Names the records in the table; `generate-report` selects them by it. */
    source: z.string().regex(/^[a-z0-9-]{1,64}$/),
    /** First page; its host must be on the allow-list (`-c syncAllowedHosts=`). */
    url: z.url({ protocol: /^https?$/ }),
  }),
  timeoutSeconds: 300,
  maxConcurrency: 5,
});
