import { names, prefixOf, SCHEDULES_DLQ } from '../../contract/names.ts';
import { scheduleNames } from '../../contract/schedule-names.ts';
import { isEmulator } from '../aws.ts';
import { queueAttributes, queueUrls } from '../stage.ts';
import { type Check, type Finding, note, type Subject } from './finding.ts';

/**
 * Queues of ticks that are left of schedules: a stage that keeps data keeps them when a type is retired, loses its schedules or is
 * deleted.
 */
export const scheduleQueues: Check = async (subject) => {
  const { name, endpoint, aws } = subject.stage;
  // A local stage deletes what the catalogue lacks.
  if (isEmulator(endpoint)) return [];
  const prefix = `${prefixOf(name)}-`;
  const urls = (await queueUrls(aws.sqs, prefix)).filter(
    (url) => url.endsWith(SCHEDULES_DLQ) && !url.endsWith(`/${scheduleNames.deadLetterQueue(name)}`),
  );
  const findings = urls.map((url) => {
    const queue = url.split('/').at(-1) ?? '';
    return finding({ url, queue, type: queue.slice(prefix.length, -SCHEDULES_DLQ.length) }, subject);
  });
  return (await Promise.all(findings)).flat();
};

interface TickQueue {
  readonly url: string;
  readonly queue: string;
  readonly type: string;
}

async function finding({ url, queue, type }: TickQueue, { stage, types, definitions }: Subject): Promise<Finding[]> {
  const isDeployed = types.includes(type);
  // Who does not know its definition does not know whether it has schedules; that of a retired type has none.
  if (isDeployed && definitions.find((definition) => definition.type === type)?.schedule.length !== 0) return [];
  const counted = 'ApproximateNumberOfMessages';
  const { [counted]: ticks = '0' } = await queueAttributes(stage.aws.sqs, url, [counted]);
  const why = isDeployed ? `${type} has no schedule` : `${type} is not deployed`;
  const holds = ticks === '0' ? '' : `: it holds ${ticks} ticks that could not be sent`;
  const when = isDeployed ? `once ${names.jobStack(stage.name, type)} is deployed like that: ` : '';
  return [
    note('schedule queues', `${queue} is left, and ${why}${holds}`, `${when}aws sqs delete-queue --queue-url ${url}`),
  ];
}
