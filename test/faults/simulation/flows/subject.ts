import type { Outgoing, Subject, SubjectType } from '../../../../lib/testing/simulation/model.ts';
import type { Random } from '../../../../lib/testing/simulation/random.ts';
import { OPERATOR_EVENTS } from '../operator-events.ts';
import { checkParts } from './check.ts';
import { comeLate, FLOW_EVENTS, REDRIVEN_AT_ONCE } from './events.ts';
import {
  definitionOf,
  FLOW_TYPES,
  type FlowCall,
  makePerform,
  type Options,
  PARKED_FIRST,
  PARKED_LATER,
} from './handler.ts';
import { drawFate, drawParent, drawPlan, type Fate, type FlowPayload, type FlowType } from './plan.ts';

/** Chains, batches, and what they make of each other: one job or two at first, of which all others follow. */
export function makeFlowSubject(random: Random): Subject {
  const fate = drawFate(random);
  const messages = Array.from({ length: random.int(1, 2) }, (_, n) => root(n, random, fate));
  const delaysSeconds = random.pick<readonly number[]>([PARKED_FIRST, PARKED_LATER]);
  return flowSubject(messages, {
    perSeconds: random.percent(20) ? random.pick([45, 150]) : undefined,
    ...{ delaysSeconds, closes: random.percent(50) },
    ...{ steps: [15, 50], crashes: 3, afterwards: comeLate },
    events: [...OPERATOR_EVENTS, ...FLOW_EVENTS, ...(fate.areRedriven ? [REDRIVEN_AT_ONCE] : [])],
  });
}

type Drawn = Pick<Subject, 'steps' | 'crashes' | 'afterwards' | 'events'> &
  Pick<Options, 'delaysSeconds' | 'closes'> & {
    /** Seconds between two begins of a callback. @default no limit */
    readonly perSeconds?: number | undefined;
  };

/** Jobs of flows, and the check of what they must have done. */
export function flowSubject(
  messages: readonly Outgoing[],
  { perSeconds, delaysSeconds = PARKED_LATER, closes = false, ...drawn }: Drawn = { crashes: 0, events: [] },
): Subject {
  const calls = new Map<string, FlowCall>();
  const wrong: string[] = [];
  const perform = makePerform(calls, (what) => wrong.push(what));
  const define = (type: FlowType) => {
    const isLimited = type === 'closing' && perSeconds !== undefined;
    const rate = isLimited ? { rateLimit: { limit: 1, perSeconds } } : {};
    return definitionOf(type, { delaysSeconds, closes, ...rate });
  };
  const [own, ...others] = FLOW_TYPES.map((type): SubjectType => ({ definition: define(type), perform, correct }));
  if (own === undefined) throw new RangeError('there are no types');
  return {
    ...own,
    others,
    ...{ tables: {}, messages, ...drawn },
    check(world) {
      if (world !== world.types[0]) return;
      for (const what of wrong) world.observer.violate(what);
      checkParts(world, calls);
    },
  };
}

function root(n: number, random: Random, fate: Fate): Outgoing {
  const isChain = random.percent(20);
  const then = (isChain || random.percent(30) ? ['second'] : []).map((type) => ({
    type,
    payload: payloadOf(drawPlan('second', random, fate)),
  }));
  const plan = isChain ? drawPlan('first', random, fate) : drawParent('parent', random, { ...fate, depth: 0 });
  const type = isChain ? 'first' : 'parent';
  return { type, id: `root-${n}`, payload: payloadOf(plan), ...(then.length > 0 && { then }) };
}

const payloadOf = (plan: FlowPayload['plan']): FlowPayload => ({ plan, by: 'producer', part: 'root' });

/** A dead letter's body with work that succeeds. Its place in its flow stays as it is. */
function correct(body: string): string {
  const given = JSON.parse(body) as { payload: FlowPayload };
  const { isRefused: _, ...plan } = given.payload.plan;
  return JSON.stringify({ ...given, payload: { ...given.payload, plan: { ...plan, ends: ['completes'] } } });
}
