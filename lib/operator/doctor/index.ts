import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { Stage } from '../aws.ts';
import { typesOf } from '../stage.ts';
import { alarms, dispatcher, eventSources, stacks } from './deployed.ts';
import type { Check, Finding } from './finding.ts';
import { lostJobs } from './lost.ts';
import { deadLetters, overdue, owed, retention } from './queues.ts';
import { syntheticJobs } from './synthetic.ts';

export type { Finding } from './finding.ts';
export { type ScanPrice, scanPrice } from './lost.ts';

export interface DoctorOptions {
  /** The catalogue. */
  readonly definitions: readonly JobDefinition[];
  /** Whether to read the whole table for jobs whose messages are gone; it costs, see {@link scanPrice}. */
  readonly scan?: boolean;
  /** Whether to send a job to each type; its name for this time. */
  readonly synthetic?: string | undefined;
  /** Hears of each check's findings as they come. */
  readonly onFindings?: ((findings: readonly Finding[]) => void) | undefined;
}

const CHECKS: Readonly<Record<string, Check>> = {
  stacks,
  'event sources': eventSources,
  dispatcher,
  alarms,
  'dead letters': deadLetters,
  retention,
  'parked jobs': overdue,
  deaths: owed,
};

/**
 * Looks a stage over, end to end. A check that may not look says so and the others go on.
 *
 * @throws NoSuchStageError
 */
export async function doctor(stage: Stage, options: DoctorOptions): Promise<Finding[]> {
  const patient = { stage, types: await typesOf(stage), definitions: options.definitions };
  const { synthetic } = options;
  const checks: Record<string, Check> = {
    ...CHECKS,
    ...(options.scan && { 'lost messages': lostJobs }),
    ...(synthetic !== undefined && { 'synthetic job': (one) => syntheticJobs(one, synthetic) }),
  };
  const all: Finding[] = [];
  for (const [check, look] of Object.entries(checks)) {
    const findings = await look(patient).catch((error: unknown) => [unlooked(check, error)]);
    options.onFindings?.(findings);
    all.push(...findings);
  }
  return all;
}

function unlooked(check: string, error: unknown): Finding {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { level: 'unknown', check, what: `could not be looked at: ${name}: ${message}` };
}
