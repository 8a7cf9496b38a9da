import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import { ENVELOPE_MARK } from '../../contract/message-attributes.ts';
import { names } from '../../contract/names.ts';
import { nowOf, pause } from '../aws.ts';
import { cancel } from '../jobs/cancel-and-retry.ts';
import { jobLogs } from '../jobs/job-logs.ts';
import { queuesOf, tableOf } from '../stage.ts';
import { bad, type Finding, note, ok, type Subject } from './finding.ts';

/** An idle consumer starts within seconds, and its log is readable some seconds later. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 1000;

/**
 * Sends each type a job that was cancelled beforehand. The job passes queue, event source, consumer and table, and no handler
 * runs. The metrics count it as a duplicate.
 */
export async function syntheticJobs(subject: Subject, nonce: string): Promise<Finding[]> {
  return Promise.all(subject.types.map((type) => syntheticJob(subject, type, `doctor-${nonce}`)));
}

async function syntheticJob({ stage, definitions }: Subject, type: string, id: string): Promise<Finding> {
  const definition = definitions.find((one) => one.type === type);
  if (definition === undefined)
    return note('synthetic job', `${type} is not in the catalogue`, 'run doctor in a checkout whose catalogue has it');
  const { item } = await cancel(tableOf(stage), definition, id);
  if (item?.status !== 'CANCELLED') return bad('synthetic job', `${type}: the jobs table did not take it`, 'try again');
  const { queueUrl: QueueUrl } = await queuesOf(stage, type);
  const body = JSON.stringify({ id, payload: null });
  const startedAtMs = nowOf(stage);
  // Where the type has `accept`, the mark says that this is a job already.
  const Entries = [{ Id: '0', MessageBody: body, MessageAttributes: toSqs(ENVELOPE_MARK) }];
  const { Successful = [], Failed = [] } = await stage.aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  if (Successful.length === 0)
    return bad('synthetic job', `${type}: SQS refused it`, Failed[0]?.Message ?? 'try again');
  while (nowOf(stage) - startedAtMs < TIMEOUT_MS) {
    await pause(stage, POLL_MS);
    const [line] = await jobLogs(stage, type, { jobId: id, sinceMs: startedAtMs - TIMEOUT_MS, limit: 1 });
    if (line !== undefined)
      return ok('synthetic job', `${type} answered in ${((nowOf(stage) - startedAtMs) / 1000).toFixed(1)} s`);
  }
  const todo = `look at the latest errors in log group /aws/lambda/${names.consumer(stage.name, type)}; does its event source run?`;
  return bad('synthetic job', `${type} did not answer within ${TIMEOUT_MS / 1000} s`, todo);
}
