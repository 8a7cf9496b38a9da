import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { names } from '../../../lib/contract/names.ts';
import { deployedFunctions, tailLogs } from '../../../localstack/log-tail.ts';
import type { LocalSluice } from '../../../localstack/up.ts';
import { addEmf, makeSeries, type Series, seriesKey } from './series.ts';

const SAMPLE_EVERY = 5;
const PERIOD = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };

type Job = readonly [type: string, payload: unknown];

/** What is sent in the n-th second: a steady stream of all types, a few that cannot succeed. */
function jobsOf(second: number, url: string): Job[] {
  const card = second % 25 === 7 ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa';
  const jobs: [boolean, Job][] = [
    [true, ['send-email', { to: 'ada@example.com', subject: `No. ${second}`, text: 'Hello' }]],
    [second % 40 === 21, ['send-email', { to: 'ada@example.com', text: 'a subject is missing' }]],
    [second % 2 === 1, ['process-payment', { amount: 4900, currency: 'usd', paymentMethod: card }]],
    [second % 15 === 0, ['sync-data', { source: 'crm', url }]],
    [second % 20 === 10, ['generate-report', { source: 'crm', ...PERIOD }]],
  ];
  return jobs.flatMap(([now, job]) => (now ? [job] : []));
}

/**
 * Real jobs through the deployed stacks, Stripe down for a while after the first third.
 *
 * @returns all that CloudWatch would know of them: the functions' EMF lines, the queues' counts
 */
export async function runTraffic(local: LocalSluice, stage: string, seconds: number): Promise<Series> {
  const { emulator, deployment, source, stripe } = local;
  const series = makeSeries();
  const sqs = new SQSClient(emulator.clientConfig);
  const url = `http://${emulator.hostSeenByFunctions}:${source.port}/crm/records`;
  const functions = await deployedFunctions(emulator, stage);
  const stop = tailLogs(
    emulator,
    () => functions,
    (line) => {
      addEmf(series, line.message);
      if (line.source === 'dispatcher') addTick(series, stage, line);
    },
  );
  for (let second = 0; second < seconds; second++) {
    if (second === Math.floor(seconds / 3)) stripe.failNext({ status: 503, times: Math.ceil(seconds / 4) });
    const sending = jobsOf(second, url).map(([type, payload], i) => {
      const MessageBody = JSON.stringify({ id: `${type}-${second}-${i}`, payload });
      return sqs.send(new SendMessageCommand({ QueueUrl: deployment.queues[type]?.queueUrl, MessageBody }));
    });
    await Promise.all([...sending, sleep(1000)]);
    if (second % SAMPLE_EVERY === 0) await sample(series, sqs, local);
  }
  await stop();
  sqs.destroy();
  return series;
}

/** What SQS would report by the minute; no emulator reports the age of the oldest message. */
async function sample(series: Series, sqs: SQSClient, { deployment }: LocalSluice): Promise<void> {
  const urls = Object.values(deployment.queues).flatMap(({ queueUrl, deadLetterQueueUrl }) => [
    queueUrl,
    deadLetterQueueUrl,
  ]);
  for (const QueueUrl of urls) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    const key = seriesKey('AWS/SQS', 'ApproximateNumberOfMessagesVisible', [`QueueName=${QueueUrl.split('/').at(-1)}`]);
    series.add(key, { atMs: Date.now(), value: Number(Attributes?.ApproximateNumberOfMessages) });
  }
}

/** Lambda's own metric of the dispatcher, from the line that ends each of its ticks. */
function addTick(
  series: Series,
  stage: string,
  { message, timestampMs }: { message: string; timestampMs: number },
): void {
  if (!message.includes('"dispatch.finished"')) return;
  const { durationMs } = JSON.parse(message) as { durationMs: number };
  const key = seriesKey('AWS/Lambda', 'Duration', [`FunctionName=${names.dispatcher(stage)}`]);
  series.add(key, { atMs: timestampMs, value: durationMs });
}
