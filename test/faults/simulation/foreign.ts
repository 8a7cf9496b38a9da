import type { AcceptedJob, AnyAccept } from '../../../lib/contract/definition/accept.ts';
import type { Envelope } from '../../../lib/contract/envelope.ts';
import type { Outgoing } from '../../../lib/testing/simulation/model.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { SimulatedPayload } from './handler.ts';

/** A message of the simulated type. */
export type Message = Outgoing & { readonly payload: SimulatedPayload };

/** One of the jobs that a foreign body asks for, as an envelope has it, but for what is left out. */
type ForeignRecord = Partial<Omit<Envelope, 'payload'>> & { readonly payload: unknown };

/** Of `{ records }`: a record without an id is named by its message. Any other body is none of its own. */
export const accept: AnyAccept = ({ body, messageId }) => {
  const { records } = JSON.parse(body) as { records: readonly ForeignRecord[] };
  const jobs = records.map((one, i) => ({ ...one, id: one.id ?? `${messageId}${i === 0 ? '' : `.${i}`}` }));
  const [first, ...others] = jobs as AcceptedJob<never>[];
  return first !== undefined && others.length === 0 ? first : (jobs as AcceptedJob<never>[]);
};

/** Sender of a message of several records. */
export const GROUP = 'group';

/** Some of the messages in bodies of others, one to three in each. */
export function asForeign(own: readonly Message[], random: Random): Message[] {
  const messages: Message[] = [];
  for (let n = 0; n < own.length; ) {
    const records = own.slice(n, n + random.int(1, 3));
    n += records.length;
    const [first] = records;
    if (first === undefined || random.percent(25)) messages.push(...records);
    else messages.push(foreignOf(first, records));
  }
  return messages;
}

export function foreignOf(first: Message, records: readonly Message[]): Message {
  const typo = records.find((one) => one.typo !== undefined)?.typo;
  const attributes = records.length === 1 ? first.attributes : { ...first.attributes, sender: GROUP };
  return {
    payload: first.payload,
    ...{ ...(attributes && { attributes }), ...(typo !== undefined && { typo }) },
    foreign: JSON.stringify({ records: records.map(recordOf) }),
  };
}

function recordOf({ id, key, payload, runAtMs, maxAttempts, typo }: Message): ForeignRecord {
  const runAt = runAtMs === undefined ? undefined : new Date(runAtMs).toISOString();
  const given = Object.entries({ id, key, payload, runAt, maxAttempts, ...(typo && { [typo]: 1 }) });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as unknown as ForeignRecord;
}
