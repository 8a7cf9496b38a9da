import { METRICS } from '../../contract/names.ts';
import { isFinished, type JobItem } from '../../contract/protocol/job-item.ts';
import { SCHEMA } from '../../contract/protocol/schema.ts';
import type { BeginRow } from '../../contract/protocol/transitions.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { deadLetter } from '../message/dead-letter.ts';
import { type MessageOutcome, type Received, wait } from '../message/wait.ts';
import type { Begun } from '../table/job-store.ts';
import { ended } from './ended.ts';

/** A job that must run alone, and the attempts that it has had. */
export interface Stalled {
  readonly attempts: number;
}

/** What becomes of a message whose job did not begin to run. */
export async function notStarted(
  { step, item, message }: Begun,
  { receiptHandle }: Received,
  engine: Engine,
): Promise<MessageOutcome | Stalled> {
  const fields = { ...messageFields(message, engine), ...(item !== undefined && { attempt: item.attempts }) };
  switch (step.action) {
    case 'run':
      return { attempts: item?.attempts ?? 0 };
    case 'wait':
      if (step.row === 'newer') engine.log.error('job.newer', { ...fields, schema: item?.schema, known: SCHEMA });
      if (step.row === 'limited' || step.row === 'withheld')
        engine.log.debug(`job.${step.row}`, { ...fields, delayMs: step.untilMs - engine.clock.now() });
      return wait({ message, receiptHandle }, step.untilMs, engine);
    case 'deadLetter': {
      if (item === undefined) throw new TypeError(`${step.row} dead-letters a job without an item`);
      const { reason, error } = item;
      const death = { reason, errorName: error?.name, errorMessage: error?.message };
      if (step.write !== undefined) engine.log.error('job.dead', { ...fields, ...death });
      if (step.row === 'diedExpired') engine.meter.count(METRICS.expired);
      return deadLetter(item, message, engine);
    }
    case 'ack':
      reportAck({ row: step.row, fields, item }, engine);
      // A foreign message is not of the job that holds its name.
      return item && step.row !== 'foreign' && isFinished(item) ? ended(item, message, engine) : 'ack';
  }
}

interface Acked {
  readonly row: BeginRow;
  readonly fields: ReturnType<typeof messageFields>;
  readonly item: JobItem | undefined;
}

/** Counts and logs that a message is deleted without an attempt. */
function reportAck({ row, fields, item }: Acked, { log, meter, clock }: Engine): void {
  const { dueAt, error } = item ?? {};
  const parked = { ...fields, ...(dueAt !== undefined && { delayMs: dueAt - clock.now() }) };
  switch (row) {
    case 'foreign':
    case 'duplicate':
    case 'stagedPending':
      meter.count(METRICS.duplicate);
      log.info('job.duplicate', fields);
      break;
    case 'cancelled':
    case 'cancelledAtBegin':
      log.info('job.cancelled', fields);
      break;
    case 'expired':
      meter.count(METRICS.expired);
      log.warn('job.expired', { ...fields, errorMessage: error?.message });
      break;
    case 'early':
      log.debug('job.leftover', fields);
      break;
    case 'limited':
    case 'withheld':
      // In an outage that would be a line for each job every five minutes.
      log[row === 'limited' ? 'info' : 'debug'](`job.${row}`, parked);
      break;
    default:
      log.info('job.scheduled', parked);
  }
}
