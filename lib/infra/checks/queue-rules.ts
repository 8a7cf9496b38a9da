import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { numberOf, type TemplateResource, type TemplateView } from './template-view.ts';

/** A fault of the configuration: AWS would deploy it, and then lose, repeat or hide jobs. */
export interface Finding {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  /** @default the template as a whole */
  readonly resource?: TemplateResource;
  /** What is wrong, with its numbers. */
  readonly what: string;
  /** How to fix it. */
  readonly fix: string;
}

/** Job definitions by the names of their functions. */
export type Definitions = ReadonlyMap<string, JobDefinition>;

const DAY_SECONDS = 86_400;
/** AWS's defaults for what a template leaves out (Amazon SQS and AWS Lambda API references). */
export const DEFAULTS = { visibilitySeconds: 30, retentionSeconds: 4 * DAY_SECONDS, timeoutSeconds: 3 };
const VISIBILITY_FACTOR = 6;
const MAX_RECEIVES = 1000;
const INVOCATIONS_A_POLLER = 10;

const visibilityOf = ({ properties }: TemplateResource) =>
  numberOf(properties.VisibilityTimeout, DEFAULTS.visibilitySeconds);
export const retentionOf = ({ properties }: TemplateResource) =>
  numberOf(properties.MessageRetentionPeriod, DEFAULTS.retentionSeconds);
export const timeoutOf = ({ properties }: TemplateResource) => numberOf(properties.Timeout, DEFAULTS.timeoutSeconds);

/** Checks event sources against their functions and queues: visibility timeout and concurrency. */
export function eventSources(view: TemplateView, mappings: readonly TemplateResource[]): Finding[] {
  return mappings.flatMap((mapping) => {
    const queue = view.target(mapping.properties.EventSourceArn);
    const consumer = view.target(mapping.properties.FunctionName);
    if (queue?.type !== 'AWS::SQS::Queue' || consumer === undefined) return [];
    return [...hiddenLongEnough(mapping, queue, consumer), ...concurrency(mapping, consumer)];
  });
}

function hiddenLongEnough(mapping: TemplateResource, queue: TemplateResource, consumer: TemplateResource): Finding[] {
  const window = numberOf(mapping.properties.MaximumBatchingWindowInSeconds, 0);
  const timeout = timeoutOf(consumer);
  const visible = visibilityOf(queue);
  const least = timeout + window;
  const wanted = VISIBILITY_FACTOR * timeout + window;
  const finding = { rule: 'VisibilityTooShort', resource: queue } as const;
  const fix = `set it to ${wanted} s: six times the function's timeout (${timeout} s) and the batch window (${window} s)`;
  if (visible < least) {
    const what = `a message is hidden for ${visible} s and worked on for up to ${least} s: it would run twice at once`;
    return [{ ...finding, severity: 'error', what, fix }];
  }
  if (visible >= wanted) return [];
  const what = `a visibility timeout of ${visible} s leaves no room for throttled receives, which spend receive counts`;
  return [{ ...finding, severity: 'warning', what, fix }];
}

function concurrency(mapping: TemplateResource, consumer: TemplateResource): Finding[] {
  const { ScalingConfig, ProvisionedPollerConfig } = mapping.properties;
  const pollers = ProvisionedPollerConfig as { MaximumPollers?: unknown } | undefined;
  const most = (ScalingConfig as { MaximumConcurrency?: unknown } | undefined)?.MaximumConcurrency;
  const wanted = most === undefined ? numberOf(pollers?.MaximumPollers, 0) * INVOCATIONS_A_POLLER : Number(most);
  const reserved = numberOf(consumer.properties.ReservedConcurrentExecutions, Number.POSITIVE_INFINITY);
  const both: Finding[] =
    most === undefined || pollers === undefined
      ? []
      : [
          {
            ...{ rule: 'ConcurrencyAndPollers', severity: 'error', resource: mapping },
            what: `maximum concurrency (${String(most)}) and provisioned pollers cannot be combined (SQS event source limit)`,
            fix: 'leave out one: maxConcurrency or provisionedPollers',
          },
        ];
  if (reserved >= wanted) return both;
  return [
    ...both,
    {
      ...{ rule: 'ReservedConcurrencyTooLow', severity: 'error', resource: consumer },
      what: `the event source runs up to ${wanted} invocations, of which ${reserved} are reserved: the others are throttled, and each throttle spends a receive of ten messages`,
      fix: `reserve at least ${wanted}, or lower maxConcurrency to ${Math.max(2, reserved)}`,
    },
  ];
}

/** Checks queues: receive count, retention, and the retention of the dead-letter queue. */
export function queues(view: TemplateView): Finding[] {
  return view.ofType('AWS::SQS::Queue').flatMap((queue) => {
    const redrive = queue.properties.RedrivePolicy as
      | { maxReceiveCount?: unknown; deadLetterTargetArn?: unknown }
      | undefined;
    if (redrive === undefined) return [];
    const deadLetters = view.target(redrive.deadLetterTargetArn);
    return [
      ...receives(queue, numberOf(redrive.maxReceiveCount, 0)),
      ...(deadLetters === undefined ? [] : outlived(queue, deadLetters)),
    ];
  });
}

function receives(queue: TemplateResource, maxReceiveCount: number): Finding[] {
  const [visible, retention] = [visibilityOf(queue), retentionOf(queue)];
  const finding = { rule: 'TooManyReceives', severity: 'error', resource: queue } as const;
  if (!(maxReceiveCount >= 1 && maxReceiveCount <= MAX_RECEIVES)) {
    const what = `maxReceiveCount must be 1 to ${MAX_RECEIVES} (SQS limit), got ${maxReceiveCount}`;
    return [{ ...finding, what, fix: 'leave it to the definition, which takes 100 or as many as fit' }];
  }
  if (maxReceiveCount * visible <= retention) return [];
  const what = `${maxReceiveCount} receives of ${visible} s each take ${maxReceiveCount * visible} s, the queue keeps a message for ${retention} s: it would be dropped before it is dead-lettered`;
  const fix = `lower maxReceiveCount to ${Math.floor((0.8 * retention) / visible)}, or keep messages longer`;
  return [{ ...finding, what, fix }];
}

/** When SQS moves a message to a dead-letter queue, it still counts the age from the first enqueue. */
function outlived(queue: TemplateResource, deadLetters: TemplateResource): Finding[] {
  const [kept, deadLettersKept] = [retentionOf(queue), retentionOf(deadLetters)];
  if (kept < deadLettersKept) return [];
  const beyond = kept > deadLettersKept;
  return [
    {
      ...{ rule: 'DeadLettersExpire', severity: beyond ? 'error' : 'warning', resource: queue },
      what: `the queue keeps a message for ${kept} s, its dead-letter queue for ${deadLettersKept} s from the same moment: ${beyond ? 'what SQS moves there late is dropped at once' : 'what SQS moves there on its last day has no time to be looked at'}`,
      fix: 'lower queueRetention (days)',
    },
  ];
}

/** Checks the deployed functions and queues against the job definitions. */
export function definitions(view: TemplateView, known: Definitions): Finding[] {
  return view.ofType('AWS::Lambda::Function').flatMap((consumer) => {
    const name = String(consumer.properties.FunctionName);
    const definition = known.get(name);
    if (definition === undefined) return [];
    const { functionTimeoutSeconds } = queueSettings(definition);
    const timeout = timeoutOf(consumer);
    const late: Finding[] =
      timeout >= functionTimeoutSeconds
        ? []
        : [
            {
              ...{ rule: 'BatchCannotFinish', severity: 'error', resource: consumer },
              what: `a batch of ${definition.batchSize} (${definition.parallel ? 'side by side' : 'one after another'}, ${definition.timeoutSeconds} s each) needs ${functionTimeoutSeconds} s, the function ends at ${timeout} s`,
              fix: `leave the function's timeout at ${functionTimeoutSeconds} s, or lower timeoutSeconds or batchSize`,
            },
          ];
    const queue = view.ofType('AWS::SQS::Queue').find(({ properties }) => properties.QueueName === name);
    return [...late, ...(queue === undefined ? [] : itemsKept(queue, definition))];
  });
}

function itemsKept(queue: TemplateResource, { retention }: JobDefinition): Finding[] {
  const kept = retentionOf(queue);
  if (kept < retention * DAY_SECONDS) return [];
  return [
    {
      ...{ rule: 'ItemsExpireFirst', severity: 'error', resource: queue },
      what: `the queue keeps a message for ${kept} s, a finished job's item for ${retention * DAY_SECONDS} s: a late duplicate would run again`,
      fix: `set retention to at least ${Math.floor(kept / DAY_SECONDS) + 1} days, or lower queueRetention`,
    },
  ];
}
