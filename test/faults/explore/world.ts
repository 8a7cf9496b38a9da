import type { Aws } from './aws.ts';
import type { Configuration } from './configurations.ts';
import type { Interner } from './intern.ts';
import type { Processes } from './processes.ts';
import type { Left, State } from './state.ts';

/** `step`: what happens by itself; `fault`, `outside`: what somebody or something does to it. */
export type Kind = 'step' | 'time' | 'fault' | 'outside';

/** One thing that can happen next. */
export interface Move {
  readonly kind: Kind;
  readonly label: string;
  readonly state: State;
  /** Promises that it breaks. */
  readonly broken: readonly string[];
}

/** What moves are made with. */
export interface World {
  readonly configuration: Configuration;
  readonly processes: Processes;
  readonly aws: Aws;
  readonly redriven: Interner<readonly string[]>;
}

export type Add = (kind: Kind, label: string, change: (state: State) => void) => void;

export interface Adding {
  readonly world: World;
  readonly add: Add;
}

export const spend = (state: State, what: keyof Left) => {
  state.left[what] -= 1;
};
