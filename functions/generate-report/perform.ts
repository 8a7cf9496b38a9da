import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Payload } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { type Totals, toCsv } from './csv.ts';
import type { generateReport } from './definition.ts';
import { recordsOf } from './records.ts';

const s3 = new S3Client({
  // A host name a bucket is made for AWS; an emulator on an address has none to give.
  forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
});

/** Writes a CSV of a source's records to S3, under a key of the job's own: another attempt overwrites, never doubles. */
export async function perform(period: Payload<typeof generateReport>, { job, signal }: JobContext) {
  const bucket = process.env.REPORTS_BUCKET;
  const key = `reports/${period.source}/${job.id}.csv`;
  const totals: Totals = { rows: 0, sum: 0n };
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: bucket,
      Key: key,
      // The signal ends the records, and an upload that lacks its rest deletes its parts before it fails.
      Body: Readable.from(toCsv(recordsOf(period, signal), totals)),
      ContentType: 'text/csv; charset=utf-8',
    },
    // Two parts of 5 MB, S3's least, are all of the report that is in memory.
    partSize: 5 * 1024 * 1024,
    queueSize: 2,
  });
  await upload.done();
  return { bucket, key, rows: totals.rows, sum: totals.sum.toString() };
}
