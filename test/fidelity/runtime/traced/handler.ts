import http from 'node:http';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { consumer } from '#sluice/engine';

const traced = defineJob({
  type: 'traced',
  payload: z.object({ url: z.string(), fails: z.boolean() }),
  tracing: true,
});

/** A job that calls somebody, and may fail afterwards. */
export const handler = consumer(traced, async ({ url, fails }) => {
  await new Promise((resolve, reject) => {
    http.get(url, (response) => response.resume().once('end', resolve)).once('error', reject);
  });
  if (fails) throw new RangeError('it failed');
});
