import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { Stage } from '../aws.ts';
import { typesOf } from '../stage.ts';
import { alarms } from './alarms.ts';
import { breakers } from './breakers.ts';
import { dispatcher, eventSources, stacks } from './deployed.ts';
import type { Check, Finding } from './finding.ts';
import { lostJobs } from './lost.ts';
import { deadLetters, overdue, pendingDeliveries, retention } from './queues.ts';
import { retiredTypes } from './retired.ts';
import { scheduleQueues } from './schedule-queues.ts';
import { syntheticJobs } from './synthetic.ts';
import { waitingFlows } from './waiting-flows.ts';

export type { Finding } from './finding.ts';

export interface DoctorOptions {
  /** The catalogue. */
  readonly definitions: readonly JobDefinition[];
  /** Whether to read the whole table for jobs whose messages are gone; it costs, see {@link scanPrice}. */
  readonly scan?: boolean;
  /** Sends a job to each type, with this text in its id. @default no job is sent */
  readonly synthetic?: string | undefined;
  /** Called with the findings of each check when it has ended. */
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
  deaths: pendingDeliveries,
  'schedule queues': scheduleQueues,
};

/**
 * Checks a stage end to end. If a check lacks a right, it reports that, and the other checks still run.
 *
 * @throws NoSuchStageError
 */
export async function doctor(stage: Stage, options: DoctorOptions): Promise<Finding[]> {
  const subject = { stage, types: await typesOf(stage), definitions: options.definitions };
  const { synthetic } = options;
  const checks: Record<string, Check> = {
    ...CHECKS,
    ...(options.definitions.some((one) => one.breaker !== undefined) && { 'circuit breakers': breakers }),
    ...(options.definitions.some(({ handsOn }) => handsOn !== undefined) && { flows: waitingFlows }),
    ...(options.definitions.some(({ retired }) => retired) && { 'retired types': retiredTypes }),
    ...(options.scan && { 'lost messages': lostJobs }),
    ...(synthetic !== undefined && { 'synthetic job': (one) => syntheticJobs(one, synthetic) }),
  };
  const all: Finding[] = [];
  for (const [check, look] of Object.entries(checks)) {
    const findings = await look(subject).catch((error: unknown) => [failedCheck(check, error)]);
    options.onFindings?.(findings);
    all.push(...findings);
  }
  return all;
}

function failedCheck(check: string, error: unknown): Finding {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { level: 'unknown', check, what: `could not be looked at: ${name}: ${message}` };
}
