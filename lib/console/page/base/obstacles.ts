/**
 * What is in the way of the whole page: no answer of the console, or expired credentials. Several feeds are read beside one another:
 * one of them goes well while another says that the credentials are expired, and the banner must not blink. Pure.
 */
import type { Trouble } from '../../api.ts';
import { troublesOf } from './trouble.ts';

export interface Obstacles {
  /** How a call ended: its trouble, undefined if it was answered. What else it says is for whoever called. */
  ended(trouble: Trouble | undefined): void;
  /** What a feed's last read says; undefined: nobody reads it any more. */
  answered(feed: string, answer: unknown): void;
}

/** @param onChange is called with what is in the way, undefined: nothing, whenever that changes */
export function makeObstacles(onChange: (obstacle: Trouble | undefined) => void): Obstacles {
  const expired = new Map<string, Trouble>();
  let unreachable: Trouble | undefined;
  let last: Trouble | undefined;

  function settle() {
    const obstacle = unreachable ?? [...expired.values()][0];
    if (obstacle?.message === last?.message) return;
    last = obstacle;
    onChange(obstacle);
  }
  return {
    ended(trouble) {
      unreachable = trouble?.kind === 'unreachable' ? trouble : undefined;
      settle();
    },
    answered(feed, answer) {
      const trouble = troublesOf(answer).find(({ kind }) => kind === 'expired');
      if (trouble) expired.set(feed, trouble);
      else expired.delete(feed);
      settle();
    },
  };
}
