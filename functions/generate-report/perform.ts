import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Payload, job as planned } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { mailReport } from '../mail-report/definition.ts';
import { type Totals, toCsv } from './csv.ts';
import { generateReport } from './definition.ts';
import { monthsOf } from './months.ts';
import { type Period, recordsOf } from './records.ts';

const s3 = new S3Client({
  // AWS has a host name for each bucket. An emulator on an IP address has none, so the bucket goes into the path.
  forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
});

/** Writes a CSV of a source's records to S3, or has one written for each month and a mail sent once all are there. */
export async function perform({ mailTo, ...period }: Payload<typeof generateReport>, context: JobContext) {
  if (mailTo === undefined) return writeReport(period, context);
  const months = monthsOf(period);
  context.batch({
    children: months.map((month) => planned(generateReport, { ...period, ...month })),
    callback: planned(mailReport, { ...period, mailTo }),
  });
  return { months: months.length };
}

/** The key holds the job's id, so another attempt overwrites the same object. */
async function writeReport(period: Period, { job, signal }: JobContext) {
  const bucket = process.env.REPORTS_BUCKET;
  const key = `reports/${period.source}/${job.id}.csv`;
  const totals: Totals = { rows: 0, sum: 0n };
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: bucket,
      Key: key,
      // The signal ends the stream of records. The upload then deletes its parts and fails.
      Body: Readable.from(toCsv(recordsOf(period, signal), totals)),
      ContentType: 'text/csv; charset=utf-8',
    },
    // At most two parts of 5 MB are in memory; 5 MB is S3's smallest part.
    partSize: 5 * 1024 * 1024,
    queueSize: 2,
  });
  await upload.done();
  return { bucket, key, rows: totals.rows, sum: totals.sum.toString() };
}
