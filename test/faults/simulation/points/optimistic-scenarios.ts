import { LUCKY } from '../handler.ts';
import { FLOW_SCENARIOS } from './flow-scenarios.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** Those of which a begin without a claim makes something else. */
const TURNED: readonly string[] = [
  'a job completes',
  'a job completes with a commit',
  'a job writes three pages',
  'a job is retried in its queue, then parked',
  'a job dies at once',
  'a job uses up two attempts',
  'a job reports its progress',
  'a job reports its progress and fails',
  'a job snoozes',
  'a job is scheduled',
  'a message comes twice',
  'two jobs come under one key',
  'a payload is refused',
  'a job kills its process, with others beside it',
  'a job leaves a promise behind that rejects, with others beside it',
  'a job throws in a timer, with others beside it',
  'a process is shut down while three jobs run',
  'a dead job is redriven and completes',
  'a foreign message is split',
  'a chain of two',
  'a job enqueues another one',
  'a batch of one',
  'a batch whose child dies',
];

/** Two messages of one job come at once. @param seed under which their runs end as the name says */
const twice = (name: string, seed: number): Scenario => ({
  ...{ name: `two runs at a time: ${name}`, seed, optimistic: true, pairs: true },
  messages: Array.from({ length: 2 }, () => ({ id: 'a', payload: { do: LUCKY, seconds: 1, mark: 'a' } })),
});

/** The same lives of types whose jobs begin without a claim. */
export const OPTIMISTIC_SCENARIOS: readonly Scenario[] = [
  ...[...SCENARIOS, ...FLOW_SCENARIOS]
    .filter(({ name }) => TURNED.includes(name))
    .map((scenario): Scenario => ({ ...scenario, name: `${scenario.name}, without a claim`, optimistic: true })),
  twice('both complete', 8),
  twice('one is parked, and the other one completes', 11),
  twice('one snoozes, and the other one completes', 15),
  twice('one dies, and the other one completes', 30),
  twice('one completes, and the other one fails', 36),
  twice('one fails, and the other one snoozes', 13),
  twice('one claims the job, and the other one fails', 43),
];
