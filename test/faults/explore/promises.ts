import { deadRetentionSeconds, finishedRetentionSeconds } from '../../../lib/contract/protocol/expiration.ts';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { isFinished } from '../../../lib/contract/protocol/job-item.ts';
import { CLOCK_SKEW_MS } from '../../../lib/contract/protocol/timing.ts';
import { checkChange } from '../../../lib/testing/simulation/change-invariants.ts';
import type { ObservedJob, Observer } from '../../../lib/testing/simulation/observed.ts';
import { isSure } from './processes.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** The promises of the simulation, held against one step. */
export function checkTable(before: State, after: State, world: World): string[] {
  const broken: string[] = [];
  checkLetters(before, after, { world, broken });
  checkStarts(before, after, { world, broken });
  if (before.items.join() === after.items.join()) return broken;
  const [old, now] = [byId(before, world), byId(after, world)];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const change = { before: old.get(id), now: now.get(id) };
    if (change.before === change.now) continue;
    broken.push(...changeFaults(change, after, world));
  }
  return broken;
}

const byId = ({ items }: State, { aws }: World) => new Map(items.map((id) => [aws.jobs(id).id, aws.jobs(id)]));

interface Change {
  readonly before: JobItem | undefined;
  readonly now: JobItem | undefined;
}

/** By the simulation's own check. What it would have counted since the beginning follows from the item before, which held. */
function changeFaults({ before, now }: Change, state: State, world: World): string[] {
  const { configuration, redriven } = world;
  const broken: string[] = [];
  const violate = (what: string) => void broken.push(what);
  const item = before ?? now;
  if (item === undefined) return broken;
  const sentBack = state.redrivenId === 0 ? [] : redriven.get(state.redrivenId);
  const runs = sentBack.filter((one) => one.startsWith(`${item.jobId}:`)).map((one) => Number(one.split(':').at(-1)));
  const observed = {
    ...{ key: item.id, payloads: new Map(), corrected: new Map(), deadRuns: new Set(), spare: false },
    ...{ redriven: new Set(runs), diedOf: new Set(), starts: [], waiting: undefined, raw: undefined, item: before },
    begins: new Map(before === undefined ? [] : [[before.runNo, before.attempts + before.snoozes]]),
    endedAtMs: before === undefined ? 0 : endedAtMs(before, world),
    firstReceives: { count: 9, renewed: 9, atMs: Number.POSITIVE_INFINITY },
  } as unknown as ObservedJob;
  const observer = { violate, truth: new Map(), refusals: [], jobs: new Map() } as unknown as Observer;
  checkChange(observed, now, {
    ...{ observer, violations: broken, trace: undefined, isAlive: (owner: string) => isAlive(owner, state, world) },
    clock: { now: () => state.nowMs, after: () => () => undefined },
    ...{ subject: { definition: configuration.definition }, stormy: () => true, crashes: () => 0, queued: () => 0 },
    ...{ raw: () => undefined, item: () => undefined, breakerItem: () => undefined, settings: {} as never },
  });
  if (before?.dueAt !== undefined && now?.status === 'INPROGRESS' && before.status !== 'INPROGRESS') {
    if (before.dueAt - CLOCK_SKEW_MS > state.nowMs)
      violate(`${now.jobId} begins ${before.dueAt - state.nowMs} ms early`);
  }
  return broken;
}

/** By its expiration, which is explored only where something expires. */
function endedAtMs({ status, expiration }: JobItem, { configuration: { definition, expiries } }: World): number {
  if (expiries === 0) return Number.POSITIVE_INFINITY;
  const kept = status === 'DEAD' ? deadRetentionSeconds(definition) : finishedRetentionSeconds(definition);
  return (expiration - kept) * 1000;
}

/** Whose process lives, and met no fault. */
const isAlive = (owner: string, { consumers }: State, { processes }: World): boolean =>
  consumers.some(({ id, frozen }) => {
    if (id === 0 || frozen) return false;
    const { start, past } = processes.get(id);
    return (
      start.who === 'consumer' && start.owner === owner.replaceAll('+', '') && past.every((one) => one.kind !== 'error')
    );
  });

interface Checking {
  readonly world: World;
  readonly broken: string[];
}

/** Each dead letter is of a job that died in that run. */
function checkLetters(before: State, after: State, { world, broken }: Checking): void {
  for (const letter of after.letters.slice(before.letters.length)) checkLetter(letter, after, { world, broken });
}

export function checkLetter(letter: number, state: State, { world, broken }: Checking): void {
  const { attributes } = world.aws.letters.get(letter);
  const [jobId, run] = [attributes.jobId?.StringValue, Number(attributes.run?.StringValue)];
  const item = state.items.map(world.aws.jobs).find((one) => one.jobId === jobId);
  if (item === undefined || item.runNo < run) broken.push(`a dead letter of ${jobId}, run ${run}, which is not dead`);
  if (item?.runNo !== run) return;
  if (item.status !== 'DEAD') broken.push(`a dead letter of ${jobId}, run ${run}, which is ${item.status}`);
  if (item.status === 'DEAD' && item.reason !== attributes.reason?.StringValue)
    broken.push(`the dead letter of ${jobId} says ${attributes.reason?.StringValue}, its item ${item.reason}`);
}

/** A handler that starts has its job's claim, and its own payload. */
function checkStarts(before: State, after: State, { world, broken }: Checking): void {
  const ran = new Set(before.consumers.map(({ id }) => id));
  for (const { id } of after.consumers) {
    if (id === 0 || ran.has(id) || !world.processes.get(id).runsHandler) continue;
    broken.push(...checkStart(id, after, world));
  }
}

export function checkStart(id: number, state: State, { processes, aws, configuration }: World): string[] {
  const { start, waits } = processes.get(id);
  if (start.who !== 'consumer') return [];
  const { id: jobId, key, run, payload } = processes.requests.get(waits[0]?.asked ?? 0).input;
  const sent = configuration.sends.filter((one) => one.id === jobId && one.key === key);
  const broken = sent.some((one) => one.payload.work === payload?.work)
    ? []
    : [`${jobId} starts with a payload that is not its own`];
  if (configuration.definition.begin === 'optimistic') return broken;
  const item = state.items.map(aws.jobs).find((one) => one.id === `${configuration.definition.type}#${key}`);
  const isOwn = item?.owner?.replaceAll('+', '') === start.owner;
  if (item?.status !== 'INPROGRESS' || item.runNo !== run || item.jobId !== jobId || !isOwn)
    broken.push(`${jobId} starts in run ${run} without its claim: its item is ${item?.status} of ${item?.owner}`);
  return broken;
}

/** A process that ends leaves nothing behind that it began, unless it does not know what became of a request. */
export function checkLeft(id: number, state: State, { processes, aws }: World): string[] {
  const { start, past } = processes.get(id);
  if (start.who !== 'consumer' || !isSure({ past })) return [];
  const isIts = ({ status, owner }: JobItem) => status === 'INPROGRESS' && owner?.replaceAll('+', '') === start.owner;
  const left = state.items.map(aws.jobs).filter(isIts);
  return left.map(({ jobId }) => `${jobId} is left INPROGRESS by a process that lives: an attempt is lost`);
}

/** What must hold where nothing happens any more by itself. */
export function checkEnd(state: State, world: World): string[] {
  const { configuration, aws, redriven } = world;
  const jobs = state.items.map(aws.jobs);
  const broken: string[] = [];
  configuration.sends.forEach(({ key, id }, i) => {
    const isSent = (state.unsent & (1 << i)) === 0;
    const isKept = jobs.some((job) => job.id === `${configuration.definition.type}#${key}`);
    if (isSent && !isKept && state.left.expiries === configuration.expiries) broken.push(`${id} was lost`);
  });
  const sentBack = state.redrivenId === 0 ? [] : redriven.get(state.redrivenId);
  for (const { jobId, status, runNo, reason, undelivered, ...job } of jobs) {
    if (!isFinished({ status })) broken.push(`${jobId} stays ${status}`);
    if (status !== 'DEAD') continue;
    if (reason === undefined) broken.push(`${jobId} is dead without a reason`);
    if (undelivered) broken.push(`${jobId} is dead and its dead letter is pending`);
    const found = state.letters.map(aws.letters.get).some(({ attributes }) => {
      const text = (name: string) => attributes[name]?.StringValue;
      return text('jobId') === jobId && text('run') === String(runNo) && text('reason') === reason;
    });
    if (!found && !sentBack.includes(`${jobId}:${runNo}`))
      broken.push(`${jobId} (${job.id}) is dead in run ${runNo} without a dead letter`);
  }
  return broken;
}
