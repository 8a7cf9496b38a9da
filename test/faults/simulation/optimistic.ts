import type { JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import type { Outgoing, WorldEvent } from '../../../lib/testing/simulation/model.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { MakeSubject } from '../../../lib/testing/simulation/schedule.ts';
import { HARMFUL, LUCKY, type SimulatedPayload } from './handler.ts';

/** SQS counts receives approximately: what comes again may come as if for the first time, to two at once. */
const UNCOUNTED: WorldEvent = {
  name: 'SQS delivers a message again, and has not counted the first time',
  weight: 8,
  happen({ queue, clock }, random) {
    const [first, ...others] = queue.messages().filter(({ receiveCount }) => receiveCount > 0);
    if (first === undefined) return;
    queue.move({ ...random.pick([first, ...others]), receiveCount: 0, visibleAtMs: clock.now() });
  },
};

/** The same jobs, of types that begin without a claim. */
export const optimistic =
  (make: MakeSubject): MakeSubject =>
  (random) => {
    const { older: _, ...subject } = make(random);
    const others = subject.others?.map((one) => ({ ...one, definition: turned(one.definition, random) }));
    return {
      ...subject,
      messages: subject.messages.flatMap((message) => lucky(message, random)),
      ...(others !== undefined && { others }),
      definition: turned(subject.definition, random),
      turnsOptimistic: random.percent(15),
      events: [...subject.events, UNCOUNTED],
    };
  };

/** Some come twice at once, to runs that may end otherwise. One that ends its process comes once: its mates' attempts are few. */
function lucky(message: Outgoing, random: Random): Outgoing[] {
  const { payload, id, foreign } = message as Outgoing & { readonly payload: SimulatedPayload };
  if (id === undefined || foreign !== undefined || payload.do === undefined) return [message];
  const behaviour = random.percent(35) ? LUCKY : payload.do;
  const turned = { ...message, payload: { ...payload, do: behaviour } };
  return random.percent(35) && !HARMFUL.includes(behaviour) ? [turned, turned] : [turned];
}

/** Nothing begins without a claim that has a rate limit, or is the callback of a batch. */
function turned({ rateLimit, ...definition }: JobDefinition, random: Random): JobDefinition {
  const isCallback = definition.type === 'closing';
  const stays = isCallback || (definition.type !== 'sim' && random.percent(30));
  return stays ? { ...definition, ...(rateLimit && { rateLimit }) } : { ...definition, begin: 'optimistic' };
}
