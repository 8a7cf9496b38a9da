import { makeDecisions } from '../../../../lib/testing/simulation/decisions.ts';
import { checkEndInvariants } from '../../../../lib/testing/simulation/end-invariants.ts';
import type { Subject } from '../../../../lib/testing/simulation/model.ts';
import { settleDown } from '../../../../lib/testing/simulation/settle-down.ts';
import { makeWorld } from '../../../../lib/testing/simulation/world.ts';
import { BREAKERS, withPartner } from '../breaker.ts';
import { check } from '../check.ts';
import { flowSubject } from '../flows/subject.ts';
import { accept } from '../foreign.ts';
import { DEFINITIONS, EFFECTS, work } from '../handler.ts';
import { turnAll, turned } from '../optimistic.ts';
import { type Faults, makePlan, PLANNED_FAULTS, type Plan } from './plan.ts';
import type { Scenario } from './scenarios.ts';

interface Planned {
  readonly faults?: Faults;
  readonly deathAt?: number;
}

/** Lives a scenario with what goes wrong by plan, and holds it against all promises. */
async function live(
  scenario: Scenario,
  planned: Planned,
  timeline?: string[],
): Promise<{ plan: Plan; violations: string[] }> {
  const plan = makePlan(planned);
  const subject = subjectOf(scenario);
  const trace =
    timeline &&
    ((atMs: number, who: string, what: string) =>
      void timeline.push(`${new Date(atMs).toISOString()} ${who}: ${what}`));
  const world = makeWorld(subject, makeDecisions(scenario.seed ?? 1), { plan: plan.plan, dies: plan.dies, trace });
  if (world.upgrade !== undefined) Object.assign(world.upgrade, scenario.upgrade);
  for (const message of subject.messages) world.send(message);
  for (const next of [scenario.next ?? []].flat()) {
    await settleDown(world, scenario.restMs ?? 3_600_000);
    await world.clock.run(Promise.resolve(next(world)));
  }
  await settleDown(world);
  for (const one of world.types) checkEndInvariants(one);
  world.flows?.checkEnds();
  return { plan, violations: world.observer.violations };
}

function subjectOf({ messages = [], flow, upgrade, optimistic: isOptimistic, downSeconds }: Scenario): Subject {
  if (flow !== undefined) return isOptimistic ? turnAll(flowSubject(flow)) : flowSubject(flow);
  const isForeign = messages.some(({ foreign }) => foreign !== undefined);
  const claimed = isForeign ? { ...DEFINITIONS[0], accept } : DEFINITIONS[0];
  const definition = isOptimistic ? turned(claimed) : claimed;
  if (downSeconds !== undefined) {
    return {
      ...{ definition: { ...definition, breaker: BREAKERS[0] }, perform: withPartner(work, { downSeconds }) },
      ...{ tables: { [EFFECTS]: ['id'] }, messages, events: [], crashes: 0, check },
    };
  }
  return {
    ...{ definition, perform: work, tables: { [EFFECTS]: ['id'] }, messages },
    ...{ events: [], crashes: 0, check, upgrades: upgrade !== undefined },
  };
}

/** What broke, with its timeline; empty if nothing did. */
async function broken(scenario: Scenario, planned: Planned): Promise<string[]> {
  const { violations } = await live(scenario, planned);
  if (violations.length === 0) return [];
  const timeline: string[] = [];
  await live(scenario, planned, timeline);
  const faults = [...(planned.faults ?? [])].map(([call, fault]) => `call ${call} ${fault}`);
  const what = planned.deathAt === undefined ? faults.join(', ') : `its process dies at moment ${planned.deathAt}`;
  return [`${scenario.name}; ${what}: ${violations.join('; ')}\n${timeline.join('\n')}`];
}

/** Failures shown of one scenario: the rest is mostly the same again. */
const SHOWN = 2;

/** A crash at every moment: before and after every call to AWS, and at every timer. */
export async function crashEverywhere(scenario: Scenario): Promise<{ runs: number; failures: string[] }> {
  const { plan, violations } = await live(scenario, {});
  const failures = violations.length > 0 ? await broken(scenario, {}) : [];
  for (let deathAt = 1; deathAt <= plan.moments && failures.length < SHOWN; deathAt++)
    failures.push(...(await broken(scenario, { deathAt })));
  return { runs: plan.moments, failures };
}

/** Every pair of faults: the second strikes any call that is made once the first has struck. */
export async function pairEverywhere(scenario: Scenario): Promise<{ runs: number; failures: string[] }> {
  const { plan } = await live(scenario, {});
  const failures: string[] = [];
  let runs = 0;
  for (let first = 1; first <= plan.calls; first++) {
    for (const fault of PLANNED_FAULTS) {
      const alone = await live(scenario, { faults: new Map([[first, fault]]) });
      for (let second = first + 1; second <= alone.plan.calls; second++) {
        for (const other of PLANNED_FAULTS) {
          if (failures.length >= SHOWN) return { runs, failures };
          runs += 1;
          failures.push(
            ...(await broken(scenario, {
              faults: new Map([
                [first, fault],
                [second, other],
              ]),
            })),
          );
        }
      }
    }
  }
  return { runs, failures };
}
