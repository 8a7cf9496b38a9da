import { MAX_DELAY_SECONDS, MAX_MESSAGE_BYTES, MAX_VISIBILITY_SECONDS, refused } from './limits.ts';
import type { MemoryQueue, MemoryQueueSettings } from './model.ts';

type Settings = Partial<MemoryQueueSettings>;
type Attributes = Readonly<Record<string, string>>;

/** An attribute that is a whole number, and its bounds (SQS API Reference, SetQueueAttributes). */
interface NumberAttribute {
  readonly setting:
    | 'visibilityTimeoutSeconds'
    | 'retentionSeconds'
    | 'delaySeconds'
    | 'receiveWaitSeconds'
    | 'maximumMessageBytes';
  readonly min: number;
  readonly max: number;
  /** Of a new queue. */
  readonly initial: number;
}

const DAY_SECONDS = 24 * 3600;

export const NUMBERS: Readonly<Record<string, NumberAttribute>> = {
  VisibilityTimeout: { setting: 'visibilityTimeoutSeconds', min: 0, max: MAX_VISIBILITY_SECONDS, initial: 30 },
  MessageRetentionPeriod: { setting: 'retentionSeconds', min: 60, max: 14 * DAY_SECONDS, initial: 4 * DAY_SECONDS },
  DelaySeconds: { setting: 'delaySeconds', min: 0, max: MAX_DELAY_SECONDS, initial: 0 },
  ReceiveMessageWaitTimeSeconds: { setting: 'receiveWaitSeconds', min: 0, max: 20, initial: 0 },
  MaximumMessageSize: { setting: 'maximumMessageBytes', min: 1024, max: MAX_MESSAGE_BYTES, initial: MAX_MESSAGE_BYTES },
};

/** Accepted, without any effect here. */
export const IGNORED = ['Policy', 'KmsMasterKeyId', 'SqsManagedSseEnabled', 'RedriveAllowPolicy'];

export const NEW_QUEUE: MemoryQueueSettings = {
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 4 * DAY_SECONDS,
};

/**
 * Attributes as SetQueueAttributes takes them.
 *
 * @param byArn finds a queue, or undefined
 * @throws InvalidAttributeName, InvalidAttributeValue and InvalidParameterValue as SQS does
 */
export function toSettings(given: Attributes, byArn: (arn: string) => MemoryQueue | undefined): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const number = NUMBERS[name];
    if (number !== undefined) settings[number.setting] = checkedNumber(name, value, number);
    else if (name === 'RedrivePolicy') settings.redrive = toRedrive(value, byArn);
    else if (!IGNORED.includes(name)) throw refused(`Unknown Attribute ${name}.`, 'InvalidAttributeName');
  }
  return settings;
}

function checkedNumber(name: string, value: string, { min, max }: NumberAttribute): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw refused(`Invalid value for the parameter ${name}.`, 'InvalidAttributeValue');
}

/** @returns undefined for an empty text: it takes the policy away */
function toRedrive(value: string, byArn: (arn: string) => MemoryQueue | undefined): Settings['redrive'] {
  if (value === '') return undefined;
  const invalid = (reason: string) =>
    refused(`Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}.`);
  const { deadLetterTargetArn, maxReceiveCount } = parsed(value, invalid);
  if (typeof deadLetterTargetArn !== 'string')
    throw invalid('Redrive policy does not contain mandatory attribute: deadLetterTargetArn');
  const receives = Number(maxReceiveCount);
  if (!Number.isInteger(receives) || receives < 1 || receives > 1000) {
    throw invalid('Invalid value for maxReceiveCount: valid values are from 1 to 1000 both inclusive');
  }
  const to = byArn(deadLetterTargetArn);
  if (to === undefined) throw invalid('Dead letter target does not exist');
  return { maxReceiveCount: receives, to };
}

function parsed(value: string, invalid: (reason: string) => Error): Record<string, unknown> {
  try {
    const policy: unknown = JSON.parse(value);
    if (typeof policy === 'object' && policy !== null) return { ...policy };
  } catch {
    // Refused below, as anything else that is no object.
  }
  throw invalid('Redrive policy is not a valid JSON map');
}

/** Attributes as GetQueueAttributes answers them, all of them text. */
export function toAttributes({ arn, settings, counts }: MemoryQueue): Record<string, string> {
  const { visible, inFlight, delayed } = counts();
  const { redrive } = settings;
  const policy = redrive && { deadLetterTargetArn: redrive.to.arn, maxReceiveCount: redrive.maxReceiveCount };
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    SqsManagedSseEnabled: 'true',
    ...Object.fromEntries(
      Object.entries(NUMBERS).map(([name, { setting, initial }]) => [name, String(settings[setting] ?? initial)]),
    ),
    ...(policy && { RedrivePolicy: JSON.stringify(policy) }),
  };
}
