import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalSluice } from '../up.ts';
import type { SentJob } from './sent.ts';
import type { Delay, Timeline } from './timeline.ts';

/** Result of the tour: where each job ended, and each expectation that failed. */
export interface Findings {
  /** What each job produced, by job id. */
  readonly endedAs: ReadonlyMap<string, string>;
  readonly complaints: readonly string[];
}

/** How late a retry may start: SQS and the dispatcher time it to the second. */
export const LATEST_MS = 4000;
/** Jitter takes up to a fifth off a planned delay, and a job may start half a second before it is due. */
const EARLIEST = 0.8;
const EARLY_MS = 500;

/** What is to be checked. */
export interface Ended {
  readonly sent: readonly SentJob[];
  readonly timeline: Timeline;
  /** How late a retry may start, in milliseconds. */
  readonly latestMs: number;
}

/** Checks mailbox, payments, CSV, dead-letter queues, the jobs table and the delays. */
export async function checkAll({ sent, timeline, latestMs }: Ended, local: LocalSluice): Promise<Findings> {
  const endedAs = new Map<string, string>();
  const complaints: string[] = [];
  const dead = await deadLetters(local);
  for (const one of sent) {
    complaints.push(...checkItem(one), ...checkDelays(one, timeline.delays(one.job.type, one.jobId), latestMs));
    const far = one.job.status === 'DEAD' ? checkDeadLetter(one, dead) : await checkProduct(one, local);
    endedAs.set(one.jobId, far.endedAs);
    complaints.push(...far.complaints.map((complaint) => `${one.job.label}: ${complaint}`));
  }
  const expected = sent.filter(({ job }) => job.status === 'DEAD').length;
  if (dead.length !== expected) complaints.push(`${dead.length} dead letters, expected ${expected}`);
  return { endedAs, complaints };
}

function checkItem({ job, item }: SentJob): string[] {
  const { label, status, attempts, reason } = job;
  if (item === undefined) return [`${label}: no item in the jobs table`];
  const found = `${item.status} after ${item.attempts} attempts, reason ${item.reason ?? 'none'}`;
  const holds = item.status === status && item.attempts === attempts && item.reason === reason;
  return holds ? [] : [`${label}: ${found}; expected ${status} after ${attempts}, reason ${reason ?? 'none'}`];
}

function checkDelays({ job }: SentJob, delays: readonly Delay[], latestMs: number): string[] {
  const planned = job.delaysMs ?? [];
  if (planned.length !== delays.length) return [`${job.label}: ${delays.length} retries, expected ${planned.length}`];
  return planned.flatMap((plannedMs, i) => {
    const delay = delays[i];
    if (delay === undefined) return [];
    const inTime = delay.actualMs >= delay.plannedMs - EARLY_MS && delay.actualMs <= delay.plannedMs + latestMs;
    const byPolicy = delay.plannedMs >= plannedMs * EARLIEST && delay.plannedMs <= plannedMs;
    const parks = delay.parked === plannedMs > 60_000;
    return inTime && byPolicy && parks
      ? []
      : [`${job.label}: retry ${i + 1} was ${JSON.stringify(delay)}, policy ${plannedMs} ms`];
  });
}

interface FarSide {
  readonly endedAs: string;
  readonly complaints: readonly string[];
}

async function checkProduct({ job, jobId, item }: SentJob, local: LocalSluice): Promise<FarSide> {
  const result = (item?.result ?? {}) as Record<string, unknown>;
  switch (job.type) {
    case 'send-email':
      return checkEmail(job.body, local);
    case 'process-payment': {
      const made = local.stripe.payments().filter(({ id }) => id === result.paymentIntent);
      const endedAs = `${String(result.paymentIntent).slice(0, 12)}… 49.00 USD`;
      return { endedAs, complaints: made.length === 1 ? [] : [`${made.length} payments were made for ${jobId}`] };
    }
    case 'sync-data':
      return {
        endedAs: `${result.pages} pages, ${Number(result.records).toLocaleString('en')} records`,
        complaints: [],
      };
    case 'mail-report':
      return checkSummary(result, local);
    default:
      return result.months === undefined ? checkReport(result, local) : checkMonths(result);
  }
}

async function checkEmail(body: string, local: LocalSluice): Promise<FarSide> {
  const { subject, to } = (JSON.parse(body) as { payload: { subject: string; to: string[] } }).payload;
  const mails = (await local.emulator.mailbox()).filter((mail) => mail.subject === subject);
  const complaints = mails.length === 1 ? [] : [`${mails.length} e-mails "${subject}" in the mailbox, expected one`];
  return { endedAs: `e-mail to ${to[0]}`, complaints };
}

async function checkReport({ bucket, key, rows }: Record<string, unknown>, local: LocalSluice): Promise<FarSide> {
  const s3 = new S3Client({ ...local.emulator.clientConfig, forcePathStyle: true });
  const object = await s3.send(new GetObjectCommand({ Bucket: String(bucket), Key: String(key) }));
  const csv = (await object.Body?.transformToString()) ?? '';
  s3.destroy();
  // A quoted field may hold a line break, so only lines that start with an id are counted.
  const found = csv.split('\n').filter((line) => line.startsWith('billing-')).length;
  const complaints = found === rows && rows === 1200 ? [] : [`the CSV has ${found} rows, the result says ${rows}`];
  return { endedAs: `CSV of ${Number(rows).toLocaleString('en')} rows`, complaints };
}

function checkMonths({ months }: Record<string, unknown>): FarSide {
  return { endedAs: `a batch of ${months} months`, complaints: months === 12 ? [] : ['a year has 12 months'] };
}

/** The mail is a job of its own, which comes after its summary's. */
async function checkSummary({ rows, files }: Record<string, unknown>, local: LocalSluice): Promise<FarSide> {
  const mails = await waitFor(async () => {
    const all = await local.emulator.mailbox();
    return all.filter(({ subject }) => subject.startsWith('Report of billing'));
  });
  const endedAs = `e-mail of ${files} files, ${Number(rows).toLocaleString('en')} rows`;
  const complaints = rows === 1200 && files === 12 ? [] : [`${files} files of ${rows} rows, expected 12 of 1,200`];
  return {
    endedAs,
    complaints: mails.length === 1 ? complaints : [...complaints, `${mails.length} mails, expected one`],
  };
}

/** Looks every half second, for up to half a minute. */
async function waitFor<T>(look: () => Promise<T[]>): Promise<T[]> {
  for (let left = 60; ; left--) {
    const found = await look();
    if (found.length > 0 || left === 0) return found;
    await sleep(500);
  }
}

function checkDeadLetter({ job, jobId, item }: SentJob, deadLetters: readonly Message[]): FarSide {
  const deadLetter = deadLetters.find(({ MessageAttributes }) => MessageAttributes?.jobId?.StringValue === jobId);
  const reason = deadLetter?.MessageAttributes?.reason?.StringValue;
  const complaints = [
    ...(deadLetter === undefined ? ['no dead letter'] : []),
    ...(deadLetter !== undefined && deadLetter.Body !== job.body
      ? ['the dead letter’s body is not the message’s']
      : []),
    ...(deadLetter !== undefined && reason !== job.reason ? [`the dead letter’s reason is ${reason}`] : []),
  ];
  const name = item?.error?.name ?? '';
  return { endedAs: `DLQ: ${reason ?? '?'} ${name === `${reason}Error` ? '' : name}`.trimEnd(), complaints };
}

async function deadLetters({ emulator, deployment }: LocalSluice): Promise<Message[]> {
  const sqs = new SQSClient(emulator.clientConfig);
  const found: Message[] = [];
  for (const { deadLetterQueueUrl } of Object.values(deployment.queues)) {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 60,
        }),
      );
      if (Messages.length === 0) break;
      found.push(...Messages);
    }
  }
  sqs.destroy();
  return found;
}
