import { type BeginStep, begin } from '../../../contract/protocol/begin.ts';
import type { BeginFacts } from '../../../contract/protocol/begun-item.ts';
import { itemId } from '../../../contract/protocol/job-item.ts';
import { withheld } from '../../../contract/protocol/withheld.ts';
import type { Clock } from '../../clock.ts';
import type { Admission } from './asks.ts';
import type { Breaker } from './breaker.ts';

type Choose = (given: BeginFacts) => Promise<BeginStep>;

export interface UnderBreaker {
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** Whether a step starts an attempt here. */
  readonly starts: (step: BeginStep) => boolean;
}

/**
 * Chooses a begin row under the breaker, which is asked before the rate limit, so that no token is taken. One admission serves all
 * rounds of a begin. A probe that then does not start makes room for the next one.
 *
 * @param choose how a row is chosen without it
 */
export function underBreaker(choose: Choose, { breaker, clock, starts }: UnderBreaker): Choose {
  let admission: (Admission & { readonly kind: 'now' }) | undefined;
  const giveUp = async (step: BeginStep): Promise<BeginStep> => {
    const probe = admission?.probe;
    admission = undefined;
    if (probe !== undefined) await breaker.ended(undefined, probe);
    return step;
  };
  const probing = (step: BeginStep): BeginStep => {
    const probe = admission?.probe;
    return probe === undefined || step.action !== 'run' ? step : { ...step, probe };
  };
  return async (given) => {
    const step = begin(given);
    // Its own begin stands, though its answer was lost.
    if (admission !== undefined && step.action === 'run' && step.row === 'leased') return probing(await choose(given));
    if (!starts(step)) return giveUp(await choose(given));
    const id = itemId(given.type, given.message.key);
    if (admission === undefined) {
      const asked = await breaker.ask(id);
      if (asked.kind === 'later') return withheld({ ...given, nowMs: clock.now() }, step, asked.untilMs);
      admission = asked;
    }
    const chosen = await choose(given);
    if (!starts(chosen) || chosen.action !== 'run') return giveUp(chosen);
    // A rate limit may have held it back.
    if (!(await breaker.stillHolds(admission))) {
      const nowMs = clock.now();
      return withheld({ ...given, nowMs }, step, nowMs + breaker.waitMs(id));
    }
    return probing(chosen);
  };
}
