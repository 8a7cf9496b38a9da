import type { JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import type { Outgoing, Subject, WorldEvent } from '../../../lib/testing/simulation/model.ts';
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
    return {
      ...turnAll(subject, () => random.percent(70)),
      messages: subject.messages.flatMap((message) => lucky(message, random)),
      turnsOptimistic: random.percent(15),
      events: [...subject.events, UNCOUNTED],
    };
  };

/** @param turns whether one of several types begins without a claim, asked for each. @default all do */
export function turnAll(subject: Subject, turns: () => boolean = () => true): Subject {
  const of = (definition: JobDefinition) => (turns() ? turned(definition) : definition);
  if (subject.others === undefined) return { ...subject, definition: turned(subject.definition) };
  const others = subject.others.map((one) => ({ ...one, definition: of(one.definition) }));
  return { ...subject, others, definition: of(subject.definition) };
}

/** Begins without a claim, but not where it is the callback of a batch. Such a type has no rate limit. */
export function turned(given: JobDefinition): JobDefinition {
  const { rateLimit: _, ...definition } = given;
  return definition.type === 'closing' ? given : { ...definition, begin: 'optimistic' };
}

/** Some come twice at once, to runs that may end otherwise. One that ends its process comes once: its mates' attempts are few. */
function lucky(message: Outgoing, random: Random): Outgoing[] {
  const { payload, id, foreign } = message as Outgoing & { readonly payload: SimulatedPayload };
  if (id === undefined || foreign !== undefined || payload.do === undefined) return [message];
  const behaviour = random.percent(35) ? LUCKY : payload.do;
  const turned = { ...message, payload: { ...payload, do: behaviour } };
  return random.percent(35) && !HARMFUL.includes(behaviour) ? [turned, turned] : [turned];
}
