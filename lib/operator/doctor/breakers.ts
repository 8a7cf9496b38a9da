import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { flagsOf, nowOf, type Stage } from '../aws.ts';
import { breaker } from '../breaker.ts';
import { bad, type Check, type Finding, note, ok, orOk } from './finding.ts';

const CHECK = 'circuit breakers';
/** What an operator opened for an incident is forgotten after so long. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** Whether circuit breakers are open: by the rate is a fault, by an operator after a day. */
export const breakers: Check = async ({ stage, types, definitions }) => {
  const own = definitions.filter((one) => one.breaker !== undefined && types.includes(one.type));
  const findings = await Promise.all(own.map((definition) => look(stage, definition)));
  return orOk(findings.flat(), ok(CHECK, `${own.length}, none is open`));
};

async function look(stage: Stage, definition: JobDefinition): Promise<Finding[]> {
  const { type, state, since = '', by, nextProbeAt } = await breaker(stage, definition);
  if (state !== 'open') return [];
  const isForgotten = nowOf(stage) - Date.parse(since) > FORGOTTEN_MS;
  if (by === 'operator') {
    const what = `an operator opened ${type} at ${since}: its jobs wait`;
    const todo = `npx sluice breaker ${type} close${flagsOf(stage)}, once they may start`;
    return [isForgotten ? bad(CHECK, what, todo) : note(CHECK, what, todo)];
  }
  const what = `${type} is open since ${since}: its attempts failed, and its jobs wait; next probe at ${nextProbeAt}`;
  return [bad(CHECK, what, `npx sluice breaker ${type}${flagsOf(stage)} shows it; a probe that succeeds closes it`)];
}
