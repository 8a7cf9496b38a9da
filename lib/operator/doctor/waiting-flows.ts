import { flagsOf, nowOf, type Stage } from '../aws.ts';
import { flows, type WaitingCallback } from '../flows/waiting.ts';
import { bad, type Check, type Finding, note, ok, orOk } from './finding.ts';

/** Callbacks of a type that are looked at. */
const LIMIT = 10_000;
/** A callback is sent within a minute of its deadline. A quarter of an hour allows for a deep queue. */
const LATE_MS = 15 * 60_000;

/**
 * Looks at the callbacks that have not begun: those that wait for a child that died, and those that are late. A callback is of a
 * type that another hands on to: the parked jobs of other types are not read.
 */
export const waitingFlows: Check = async ({ stage, types, definitions }) => {
  const callbacks = new Set(definitions.flatMap(({ handsOn = [] }) => handsOn).filter((type) => types.includes(type)));
  const reports = await Promise.all([...callbacks].map((type) => flows(stage, type, { limit: LIMIT })));
  const waiting = reports.flatMap((report) => report.flows);
  const truncated = reports.some((report) => report.truncated);
  const lateBefore = nowOf(stage) - LATE_MS;
  const late = waiting.filter(({ deadlineAt }) => Date.parse(deadlineAt) < lateBefore);
  const blocked = waiting.filter(({ state }) => state === 'blocked');
  const findings = [
    ...byType(late, (type, own) => lateFinding(stage, type, own)),
    ...byType(blocked, (type, own) => blockedFinding(stage, type, own)),
  ];
  return orOk(
    findings,
    ok('flows', `${truncated ? 'more than ' : ''}${waiting.length} callbacks wait, none is late or held up`),
  );
};

type ByType = (type: string, own: readonly WaitingCallback[]) => Finding;

function byType(waiting: readonly WaitingCallback[], finding: ByType): Finding[] {
  const types = [...new Set(waiting.map(({ type }) => type))].sort();
  return types.map((type) =>
    finding(
      type,
      waiting.filter((one) => one.type === type),
    ),
  );
}

function lateFinding(stage: Stage, type: string, own: readonly WaitingCallback[]): Finding {
  const [{ flow = '', deadlineAt = '' } = {}] = own;
  const what = `${own.length} of ${type} have not begun a quarter of an hour after their deadline: ${flow}, deadline ${deadlineAt}`;
  return bad('flows', what, `npx sluice queues ${type}${flagsOf(stage)} shows whether its queue is deep or paused`);
}

function blockedFinding(stage: Stage, type: string, own: readonly WaitingCallback[]): Finding {
  const [{ flow = '', deadlineAt = '' } = {}] = own;
  const what = `${own.length} of ${type} wait for children that died: ${flow} until ${deadlineAt}`;
  const todo =
    `npx sluice flow ${type} ${flow}${flagsOf(stage)} names them: redrive them, or run the callback with what there is by ` +
    `npx sluice retry ${type} ${flow}${flagsOf(stage)}`;
  return note('flows', what, todo);
}
