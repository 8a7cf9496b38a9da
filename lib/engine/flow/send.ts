import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import type { Outgoing } from '../../contract/flow.ts';
import { ENVELOPE_MARK } from '../../contract/message-attributes.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { MAX_DELAY_SECONDS } from '../../contract/sqs-limits.ts';
import type { Engine } from '../engine.ts';
import { origin } from '../message/wait.ts';
import { queueUrl, release } from '../retries/release.ts';
import type { FlowPorts } from './ports.ts';

/** Messages that are sent side by side: ten calls. */
const PART = 100;

/** Sends messages to other types' queues, ten a call. @throws if SQS did not take all of them: some may have been sent */
export async function sendAll(
  all: readonly Outgoing[],
  { trace }: Pick<Message, 'trace'>,
  { engine, ports }: { readonly engine: Engine; readonly ports: FlowPorts },
): Promise<void> {
  const deps = releaseDeps(engine, ports);
  for (let sent = 0; sent < all.length; sent += PART) {
    const part = all.slice(sent, sent + PART);
    // One look-up a type: the others of it find the answer.
    const urls = await Promise.all(part.map(({ type }) => queueUrl(type, deps)));
    await Promise.all(part.map((one, i) => engine.sqs.send(command(one, { url: urls[i] ?? '', trace }, engine))));
  }
}

interface Where {
  readonly url: string;
  readonly trace: string | undefined;
}

function command({ body, group, runAtMs = 0 }: Outgoing, { url, trace }: Where, { clock }: Engine): SendMessageCommand {
  const delay = Math.ceil((runAtMs - clock.now()) / 1000);
  return new SendMessageCommand({
    QueueUrl: url,
    MessageBody: body,
    // Within SQS's timer the queue itself holds the job; beyond, its consumer parks it.
    ...(delay > 0 && delay <= MAX_DELAY_SECONDS && { DelaySeconds: delay }),
    // Where the type has `accept`, it is not asked about a message of ours.
    MessageAttributes: toSqs(ENVELOPE_MARK),
    ...origin({ ...(group !== undefined && { group }), ...(trace !== undefined && { trace }) }),
  });
}

/**
 * Row `released` for one callback. Where this type may not send to the callback's queue, or SQS refuses, the dispatcher does it
 * within a minute: the callback is due on its list.
 */
export async function sendReleased(callback: JobItem, engine: Engine, ports: FlowPorts): Promise<void> {
  if (!engine.definition.handsOn?.includes(callback.type)) return;
  await release([callback], releaseDeps(engine, ports));
}

/** URL of a type's queue, if the dispatcher does not find it by its name. @throws the SDK's error if SQS did not tell it */
export const parkedUrl = async (type: string, engine: Engine, ports: FlowPorts): Promise<string | undefined> =>
  ports.isElsewhere(type) ? queueUrl(type, releaseDeps(engine, ports)) : undefined;

const releaseDeps = (
  { clock, sqs, log, callTime }: Engine,
  { table, dynamoDb, writer, queueName, queueUrls }: FlowPorts,
) => ({ table, dynamoDb, writer, queueName, queueUrls, clock, sqs, log, callTime });
