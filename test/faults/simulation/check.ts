import { METRICS } from '../../../lib/contract/names.ts';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import type { World } from '../../../lib/testing/simulation/model.ts';
import type { ObservedJob } from '../../../lib/testing/simulation/observed.ts';
import { EFFECTS, INNOCENT, LUCKY, PARTNER, type SimulatedPayload } from './handler.ts';

/** What must hold of our own jobs once all has ended. */
export function check(world: World): void {
  const { observer } = world;
  for (const observed of observer.jobs.values()) {
    if (observed.item === undefined) continue;
    checkInnocent(observed, world);
    checkEffects(observed, world);
    checkEvents(observed, world);
    checkProgress(observed, world);
  }
  const [said, was] = [observer.counts.get(METRICS.completed) ?? 0, observer.truth.get(METRICS.completed) ?? 0];
  if (world.storm.deaths === 0 && world.storm.outages === 0 && said !== was)
    observer.violate(`${was} jobs completed, ${said} were counted, and no process died`);
}

/** The payload of its last start: of the job that holds the key, for others may have started beside it. */
const lastOf = (item: JobItem | undefined, starts: ObservedJob['starts']): string | undefined =>
  starts.findLast(({ jobId }) => jobId === item?.jobId)?.payload;

function checkInnocent({ item, starts, forgotten }: ObservedJob, { observer, subject, storm }: World): void {
  const last = lastOf(item, starts);
  const behaviour = last === undefined ? undefined : (JSON.parse(last) as { do: string }).do;
  // What comes under its name once its retention has passed is a job of its own.
  if (forgotten) return;
  // A corrected body makes a job innocent that was given few attempts: crashes that are drawn can use those up, and the first of
  // each run of a job beside it that kills its process. Later ones run alone.
  const crashes = (subject.crashes ?? 0) - storm.crashesLeft + poisonedRuns(observer);
  if (item?.reason === 'Crashed' && item.maxAttempts <= crashes) return;
  if (item?.status === 'DEAD' && item.reason !== 'Expired' && INNOCENT.some((innocent) => innocent === behaviour))
    observer.violate(`${item.jobId} (${behaviour}) died innocent: ${item.reason}`);
}

const poisonedRuns = ({ jobs }: World['observer']): number =>
  [...jobs.values()]
    .filter(({ starts }) => starts.some(({ payload }) => payload.includes('"do":"poison"')))
    .reduce((runs, { redriven }) => runs + 1 + redriven.size, 0);

const TYPES: Readonly<Record<string, string>> = { DEAD: 'Job Dead-Lettered', EXPIRED: 'Job Expired' };

/** The event of a job's end was taken by the bus: of each death, and of each completion if the definition asks for it. */
function checkEvents({ item, ...observed }: ObservedJob, { observer, subject, bus }: World): void {
  if (item === undefined || observed.stranded || observed.purged || observed.forgotten) return;
  const { jobId, status, runNo } = item;
  const asked =
    status === 'DEAD' || status === 'EXPIRED' || (status === 'COMPLETED' && subject.definition.completionEvent);
  const type = TYPES[status] ?? 'Job Completed';
  const isIts = ({ detail, ...event }: (typeof bus.events)[number]) =>
    event['detail-type'] === type && detail.id === jobId && detail.run === runNo;
  if (asked && !bus.events.some(isIts)) observer.violate(`${jobId} is ${status} in run ${runNo}, and no event says so`);
}

/** The item of an ended job has the last progress that its last attempt reported. */
function checkProgress({ item, starts, forgotten }: ObservedJob, { observer }: World): void {
  const last = lastOf(item, starts);
  if (item === undefined || last === undefined || forgotten) return;
  if ((JSON.parse(last) as SimulatedPayload).do !== 'reports') return;
  const reported = item.status === 'COMPLETED' ? item.result : item.error?.name === 'Error' && item.error.message;
  if (['COMPLETED', 'DEAD'].includes(item.status) && reported && item.progress !== reported)
    observer.violate(`${item.jobId} is ${item.status}, it reported ${reported} and its item has ${item.progress}`);
}

/** Behaviours that write by `commit`. */
const COMMITTING: readonly string[] = [
  PARTNER,
  'commit',
  'flaky',
  'fickle',
  'snooze',
  'bulky',
  'leaves',
  'throws',
  'shutDown',
];

/** What `commit` and `checkpoint` write happens exactly once, and nothing of an attempt that has ended. */
function checkEffects({ item, starts, forgotten }: ObservedJob, { observer, dynamoDb }: World): void {
  const last = lastOf(item, starts);
  if (item === undefined || last === undefined || forgotten) return;
  const { do: behaviour, mark } = JSON.parse(last) as SimulatedPayload;
  // A refused body under a taken name is a job of its own, and does the same work once it is corrected.
  const sameWork = [...observer.jobs.values()].filter(({ starts: all }) =>
    all.some(({ payload }) => payload.includes(`"${mark}"`)),
  );
  if (sameWork.length > 1) return;
  const times = (effect: string) =>
    (dynamoDb.item(EFFECTS, `${mark}/${effect}`) as { times?: number } | undefined)?.times ?? 0;
  const expected = item.status === 'COMPLETED' ? 1 : 0;
  // Of several runs, what stands is the writes of the one whose result it is.
  const how = behaviour === LUCKY && Array.isArray(item.result) ? String(item.result[1]) : undefined;
  const left = /(?:left|thrown) by (\S+)/.exec(`${item.error?.message} ${item.crash?.message}`)?.[1];
  if (left !== undefined && left !== mark) observer.violate(`${item.jobId} failed of what ${left} left behind`);
  const commits = how === undefined ? expected : Number(how === 'by commit');
  if ((COMMITTING.includes(behaviour) || behaviour === LUCKY) && times('commit') !== commits)
    observer.violate(`${item.jobId} is ${item.status}, its commit happened ${times('commit')} times`);
  for (const page of [1, 2, 3]) {
    const written = times(`page-${page}`);
    const hasPages = ['pages', 'deaf'].includes(behaviour) || how === 'by pages';
    const missing = hasPages && item.status === 'COMPLETED' && written === 0;
    if (written > 1 || missing) observer.violate(`page ${page} of ${item.jobId} happened ${written} times`);
  }
  if (times('zombie') > 0) observer.violate(`${item.jobId} was written by an attempt that had ended`);
}
