import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { toAttribute } from '../../../lib/aws/marshal.ts';
import { breakerId, type CircuitBreaker } from '../../../lib/contract/definition/breaker.ts';
import { breakerExpressions } from '../../../lib/contract/protocol/breaker-expressions.ts';
import {
  type BreakerItem,
  type BreakerWrite,
  closeByOperator,
  openByOperator,
} from '../../../lib/contract/protocol/breaker-item.ts';
import { sleep } from '../../../lib/engine/clock.ts';
import type { Outgoing, Subject, World, WorldEvent } from '../../../lib/testing/simulation/model.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { MakeSubject } from '../../../lib/testing/simulation/schedule.ts';
import { PARTNER, type SimulatedPayload } from './handler.ts';

const NAME = 'PartnerDown';
/**
 * They open after two or three failures, as few jobs as a schedule has. What jobs throw of themselves says nothing: the only job that
 * is left might throw it for ever.
 */
export const BREAKERS: readonly [CircuitBreaker, ...CircuitBreaker[]] = [
  { failurePercent: 50, ofAtLeast: 2, perSeconds: 60, probeSeconds: 10, errors: [NAME] },
  { failurePercent: 100, ofAtLeast: 3, perSeconds: 600, probeSeconds: 30, errors: [NAME] },
  { failurePercent: 40, ofAtLeast: 2, perSeconds: 300, probeSeconds: 90, errors: [NAME] },
];

/** The same jobs and others that need a third party, of a type with a circuit breaker. It is down now and then. */
export const underBreaker =
  (make: MakeSubject): MakeSubject =>
  (random) => {
    const { older: _, ...subject } = make(random);
    const partner: Partner = { upAtMs: undefined };
    const downSeconds = random.pick([0, 60, 400, 1500, 4000]);
    const messages = [...subject.messages.map((one) => needy(one, random)), ...others(random)];
    return {
      ...subject,
      definition: { ...subject.definition, breaker: random.pick(BREAKERS) },
      messages,
      perform: withPartner(subject.perform, { partner, downSeconds }),
      events: [
        ...subject.events,
        {
          name: 'the third party is gone for a while',
          weight: 8,
          happen: ({ clock }, luck) => goes(partner, clock.now(), luck),
        },
        OPERATOR,
      ],
      steps: [10, 24],
    };
  };

type Perform = Subject['perform'];

interface Down {
  /** @default it is there once its time is over */
  readonly partner?: Partner;
  /** From the first start on. */
  readonly downSeconds: number;
}

/** The same work, in which some jobs need a third party. */
export const withPartner =
  (perform: Perform, { partner = { upAtMs: undefined }, downSeconds }: Down): Perform =>
  async (payload, context, surroundings) => {
    const { clock, random } = surroundings;
    partner.upAtMs ??= clock.now() + downSeconds * 1000;
    if ((payload as SimulatedPayload).do !== PARTNER) return perform(payload, context, surroundings);
    if (clock.now() < partner.upAtMs) {
      await sleep(clock, 300);
      throw Object.assign(new Error('nobody is there'), { name: NAME });
    }
    // An operator may open the breaker meanwhile.
    if (random.percent(20)) await sleep(clock, 8000);
    return perform(payload, context, surroundings);
  };

interface Partner {
  /** Since when it is there, epoch ms; until the first job starts it is not known. */
  upAtMs: number | undefined;
}

function goes(partner: Partner, nowMs: number, random: Random): void {
  partner.upAtMs = nowMs + random.pick([0, 20, 100, 400, 1500]) * 1000;
}

/** Half of them need the third party. */
function needy(message: Outgoing, random: Random): Outgoing {
  const { foreign, payload } = message as Outgoing & { readonly payload: SimulatedPayload };
  return foreign !== undefined || random.percent(50) ? message : { ...message, payload: { ...payload, do: PARTNER } };
}

const others = (random: Random): Outgoing[] =>
  Array.from({ length: random.int(3, 9) }, (_, n) => ({
    ...{ id: `p${n}`, payload: { do: PARTNER, seconds: random.pick([1, 8]), mark: `p${n}` } },
    ...{ attributes: { sender: `p${n}`, jobId: 'import-17' }, ...(random.percent(15) && { maxAttempts: 1 }) },
  }));

const OPERATOR: WorldEvent = {
  name: 'an operator opens the breaker, and closes it later',
  weight: 6,
  async happen(world, random) {
    const { clock, dynamoDb, jobsTable, subject, trace } = world;
    const id = breakerId(subject.definition.type);
    const found = () => dynamoDb.item(jobsTable, id) as BreakerItem | undefined;
    await write(world, id, openByOperator(found(), clock.now()));
    trace?.('operator', 'opens the breaker');
    clock.after(random.pick([5, 60, 700, 4000]) * 1000, () => {
      const close = closeByOperator(found(), clock.now());
      if (close === undefined) return;
      world.observer.breaker?.operatorCloses();
      trace?.('operator', 'closes the breaker');
      void write(world, id, close);
    });
  },
};

/** As the operator's command does, over a network that does not fail. */
async function write({ dynamoDb, jobsTable, observer }: World, id: string, change: BreakerWrite): Promise<void> {
  const { values, ...expressions } = breakerExpressions(change);
  const marshalled = Object.entries(values).map(([name, value]) => [name, toAttribute(value)]);
  const command = new UpdateItemCommand({
    ...{ TableName: jobsTable, Key: { id: { S: id } }, ...expressions },
    ExpressionAttributeValues: Object.fromEntries(marshalled),
  });
  // Somebody may have been faster.
  await dynamoDb.client.send(command).catch(() => undefined);
  observer.look();
}
