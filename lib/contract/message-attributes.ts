import { isJobId, isJobKey, MESSAGE_ATTRIBUTES, optional } from './names.ts';

/** One message attribute as SQS carries it. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with a custom type after a dot. */
  readonly type: string;
  /** Its text; base64 of its bytes where the type is binary. */
  readonly value: string;
}

/** Message attributes by name. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What Sluice itself writes on a message, in the one attribute `sluice`. */
export interface OwnAttributes {
  readonly jobId?: string;
  /** Idempotency key. Only `sluice` has it: what has it names the job before the body does. */
  readonly key?: string;
  /** On a dead letter and its redrive: the run that died. */
  readonly run?: number;
  /** On a released job: when it is due, epoch ms. */
  readonly due?: number;
  /** Only on a dead letter: its job's type. */
  readonly type?: string;
  /** Message id under which SQS took the job, where its name is another. */
  readonly firstMessageId?: string;
  /** When SQS took the job first, epoch ms, of a type whose jobs expire so long after: each send has a time of its own. */
  readonly since?: number;
  /** The body is an envelope that has not begun: where a definition has `accept`, it is not asked. */
  readonly envelope?: true | undefined;
  /** The body is as somebody else wrote it: where a definition has `accept`, it is asked, whatever the body looks like. */
  readonly foreign?: true | undefined;
}

/** A message's attributes, told apart. */
export interface ReadAttributes {
  readonly own: OwnAttributes;
  readonly sender: MessageAttributes;
  /** A `jobId` alone, of a message id's form: an earlier version's, or the sender's own. Only the job's item can tell. */
  readonly formerJobId?: string;
}

/** Attributes that only Sluice's own dead letters carry, for people and other code to read. */
export const DEATH = {
  jobType: 'jobType',
  reason: 'reason',
  attempts: 'attempts',
  failedAt: 'failedAt',
  errorName: 'errorName',
  errorMessage: 'errorMessage',
} as const;

/** SQS takes ten attributes a message (SQS quotas). */
const MAX_ATTRIBUTES = 10;
const { own: OWN, jobId: JOB_ID, run: RUN, due: DUE } = MESSAGE_ATTRIBUTES;
/** Names that Sluice writes. Where a message is ours, a sender's attribute of such a name is inside of `sluice`. */
const OURS: ReadonlySet<string> = new Set([OWN, JOB_ID, RUN, DUE, ...Object.values(DEATH)]);
const MESSAGE_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const NONE: ReadAttributes = { own: {}, sender: {} };

const text = (value: string): MessageAttribute => ({ type: 'String', value });

/** Bytes that attributes count for in SQS's limit: their names, types and values (SQS quotas). */
export function attributeBytes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, { type, value }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + type.length + Buffer.byteLength(value);
  }
  return bytes;
}

/**
 * Tells Sluice's own attributes from the sender's. Never throws.
 *
 * Sluice's are in `sluice`. Those of earlier versions are read, too: `jobId` beside `run` or `due`. A sender may have
 * attributes of these names, so a `jobId` by itself is not taken for ours.
 */
export function readAttributes(all: MessageAttributes): ReadAttributes {
  const names = Object.keys(all);
  if (names.length === 0) return NONE;
  const kept = parsed(all[OWN]);
  if (kept !== undefined) {
    // Beside the mark alone, all others are the sender's.
    const others = kept.own.jobId === undefined ? without(all, new Set([OWN])) : withoutOurs(all);
    return { own: kept.own, sender: { ...others, ...kept.sender } };
  }
  const [jobId, run, due] = [JOB_ID, RUN, DUE].map((name) => textOf(all[name]));
  const numbers = { ...optional('run', wholeNumber(run)), ...optional('due', wholeNumber(due)) };
  if (isJobId(jobId) && Object.keys(numbers).length > 0)
    return { own: { jobId, ...numbers }, sender: withoutOurs(all) };
  const isFormer = jobId !== undefined && MESSAGE_ID.test(jobId);
  return { own: {}, sender: without(all, new Set([OWN])), ...(isFormer && { formerJobId: jobId }) };
}

/** The attributes once the `jobId` of {@link ReadAttributes.formerJobId} has turned out to be an earlier version's. */
export const withoutOurs = (sender: MessageAttributes): MessageAttributes => without(sender, OURS);

/**
 * What a message of Sluice's own has, before it has begun, for a job type with `accept`. Every other message of ours says its
 * job's name in the same attribute: a consumer that finds neither asks `accept`.
 */
export const ENVELOPE_MARK = {
  sluice: { type: 'String', value: '{"envelope":true}' },
} as const satisfies MessageAttributes;

/** Whether a message is somebody else's: it is marked so, or has neither the mark above nor a job's name of ours. */
export const isForeign = ({ envelope, jobId, foreign }: OwnAttributes): boolean =>
  foreign === true || (jobId === undefined && envelope !== true);

/** What Sluice writes on a message: whose it is, and what stays with its job. */
export interface Carried {
  readonly own: OwnAttributes;
  readonly sender?: MessageAttributes | undefined;
  /** More attributes of Sluice's, as a dead letter has them. */
  readonly death?: Readonly<Record<string, string>>;
}

/**
 * The attributes of a message that Sluice sends. Beside `sluice`, `jobId`, `run` and `due` are written for consumers of the
 * version before. What of the sender's has no room among SQS's ten, or a name of ours, is packed into `sluice`.
 *
 * @param room bytes: where they are fewer, those for the version before are left out, then the sender's. @default no limit
 */
export function writeAttributes(carried: Carried, room = Number.POSITIVE_INFINITY): MessageAttributes {
  const { own, sender = {} } = carried;
  const former = { [JOB_ID]: own.jobId, [RUN]: own.run?.toString(), [DUE]: own.due?.toString(), ...carried.death };
  const all = beside(former, { own, sender });
  if (attributeBytes(all) <= room) return all;
  const alone = beside({}, { own, sender });
  return attributeBytes(alone) <= room ? alone : beside({}, { own, sender: {} });
}

function beside(
  texts: Readonly<Record<string, string | undefined>>,
  { own, sender }: { readonly own: Carried['own']; readonly sender: MessageAttributes },
): MessageAttributes {
  const ours = Object.entries(texts).flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value)]]));
  const room = MAX_ATTRIBUTES - 1 - ours.length;
  const free = Object.keys(sender).filter((name) => !OURS.has(name));
  const plain = new Set(free.slice(0, Math.max(0, room)));
  const packed = Object.entries(sender).filter(([name]) => !plain.has(name));
  return {
    [OWN]: text(written(own, packed)),
    ...(Object.fromEntries(ours) as MessageAttributes),
    ...Object.fromEntries(Object.entries(sender).filter(([name]) => plain.has(name))),
  };
}

function written(
  { jobId: id, key, ...rest }: Carried['own'],
  packed: readonly (readonly [string, MessageAttribute])[],
): string {
  const sender = packed.length > 0 ? Object.fromEntries(packed) : undefined;
  return JSON.stringify({ id, key: key === id ? undefined : key, ...rest, sender });
}

/** `sluice` as it is on the wire. Fields of a later version are kept as they are. */
interface Wire extends Omit<OwnAttributes, 'jobId'> {
  readonly id?: string;
  readonly sender?: Readonly<Record<string, Partial<MessageAttribute> | null>> | null;
}

/** Reads `sluice`. @returns undefined if it is absent, or not as Sluice writes it */
function parsed(attribute: MessageAttribute | undefined): Pick<ReadAttributes, 'own' | 'sender'> | undefined {
  const { id, key = id, sender, ...rest } = wireOf(textOf(attribute));
  const { run = 0, due = 0, since = 0, firstMessageId = id, envelope } = rest;
  const isNamed = [id, firstMessageId].every(isJobId) && isJobKey(key);
  if (!(isNamed || (id ?? envelope) === true) || ![run, due, since].every(Number.isFinite)) return undefined;
  const packed = Object.entries(sender ?? {}).filter(
    ([, one]) => typeof one?.type === 'string' && typeof one.value === 'string',
  );
  return {
    own: { ...rest, ...optional('jobId', id), ...optional('key', key) },
    sender: Object.fromEntries(packed) as MessageAttributes,
  };
}

function wireOf(json = ''): Wire {
  try {
    return (JSON.parse(json) as Wire | null) ?? {};
  } catch {
    return {};
  }
}

const textOf = (attribute: MessageAttribute | undefined) =>
  attribute?.type.startsWith('Binary') ? undefined : attribute?.value;

function wholeNumber(digits: string | undefined): number | undefined {
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

const without = (all: MessageAttributes, names: ReadonlySet<string>): MessageAttributes =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name)));
