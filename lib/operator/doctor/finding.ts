import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { isEmulator, type Stage } from '../aws.ts';

/** One line of a doctor's report. */
export interface Finding {
  /** `ok`; `note`: worth knowing; `bad`: a fault; `unknown`: the check could not run. */
  readonly level: 'ok' | 'note' | 'bad' | 'unknown';
  readonly check: string;
  readonly what: string;
  /** What to do. */
  readonly todo?: string;
}

/** The stage that is checked. */
export interface Subject {
  readonly stage: Stage;
  /** Types that have queues. */
  readonly types: readonly string[];
  /** The catalogue's definitions. */
  readonly definitions: readonly JobDefinition[];
}

export type Check = (subject: Subject) => Promise<Finding[]>;

export const ok = (check: string, what: string): Finding => ({ level: 'ok', check, what });
export const note = (check: string, what: string, todo: string): Finding => ({ level: 'note', check, what, todo });
export const bad = (check: string, what: string, todo: string): Finding => ({ level: 'bad', check, what, todo });

const OTHER_SETTINGS = '(and every other -c of its last deploy)';
const LOCALLY = 'start npm run local again';

/** How a stack is deployed that does not exist, or whose template changed. */
export const deployIt = ({ name, endpoint }: Stage, stack: string): string =>
  isEmulator(endpoint) ? LOCALLY : `npx cdk deploy ${stack} -c stage=${name} ${OTHER_SETTINGS}`;

/** How a stack is deployed that was changed by hand. A deploy of an unchanged template does nothing by itself. */
export const deployAgain = ({ name, endpoint }: Stage, stack: string): string =>
  isEmulator(endpoint) ? LOCALLY : `npx cdk deploy ${stack} --revert-drift -c stage=${name} ${OTHER_SETTINGS}`;

/** The findings, or one that everything is OK. */
export const orOk = (findings: readonly Finding[], good: Finding): Finding[] =>
  findings.length > 0 ? [...findings] : [good];
