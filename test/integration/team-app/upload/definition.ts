import * as z from 'zod';
import { defineJob, fromS3Notification } from '#sluice/contract';

/** Takes S3's own notifications. */
export const upload = defineJob({
  type: 'upload',
  payload: z.object({
    ...{ bucket: z.string(), key: z.string(), versionId: z.string().optional(), eTag: z.string().optional() },
    ...{ size: z.number().optional(), eventName: z.string(), eventTime: z.string() },
  }),
  accept: fromS3Notification,
  tracing: 'otel',
});
