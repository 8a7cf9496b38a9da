import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { nowOf, type Stage } from '../aws.ts';
import { scanTable } from '../jobs/scan.ts';
import { bad, type Finding, ok, type Subject } from './finding.ts';

/** A message is visible again after the visibility timeout at the latest. One hour more allows for a slow queue. */
const GRACE_MS = 3600_000;
/** For types that are not in the catalogue: the longest visibility timeout that a definition can have. */
const LONGEST_VISIBILITY_SECONDS = 6 * 900 + 300;
const NAMED = 10;

/**
 * Finds jobs that wait for a retry or ran, and whose message did not come back in time. Their messages were purged, or SQS
 * dropped them. Or the queue is so deep that their turn has not come.
 */
export async function lostJobs({ stage, definitions }: Subject): Promise<Finding[]> {
  const nowMs = nowOf(stage);
  const graceMs = new Map(
    definitions.map((definition) => [definition.type, queueSettings(definition).visibilityTimeoutSeconds * 1000]),
  );
  const lost: JobItem[] = [];
  const owing: JobItem[] = [];
  let scanned = 0;
  for await (const { items, count } of unfinished(stage)) {
    scanned += count;
    for (const item of items) {
      if (owes(item, nowMs)) owing.push(item);
      const allowedMs = GRACE_MS + (graceMs.get(item.type) ?? LONGEST_VISIBILITY_SECONDS * 1000);
      if (movesAtMs(item) + allowedMs < nowMs) lost.push(item);
    }
  }
  if (lost.length + owing.length === 0) return [ok('lost messages', `none among ${scanned} items`)];
  return [...lostFindings(lost), ...owingFindings(owing)];
}

function lostFindings(lost: readonly JobItem[]): Finding[] {
  if (lost.length === 0) return [];
  const todo =
    'check that their queue is neither deep nor paused; then send each again with the same id and payload (to end one, cancel it before)';
  return [bad('lost messages', `${lost.length} jobs wait for a message that is gone: ${named(lost)}`, todo)];
}

/** Its message sends what it staged, within minutes. */
const OWING_MS = 24 * 3600_000;

const owes = ({ owed, completedAt = '' }: JobItem, nowMs: number): boolean =>
  owed === true && Date.parse(completedAt) + OWING_MS < nowMs;

function owingFindings(owing: readonly JobItem[]): Finding[] {
  if (owing.length === 0) return [];
  const todo =
    'may their consumer send to those queues? Look for its errors; if their messages were purged, send each again with the same id and payload';
  const what = `${owing.length} jobs completed more than a day ago, and what they staged is not sent: ${named(owing)}`;
  return [bad('lost messages', what, todo)];
}

function named(items: readonly JobItem[]): string {
  const names = items.slice(0, NAMED).map((item) => `${item.type} ${keyOf(item)}`);
  return `${names.join(', ')}${items.length > NAMED ? ` and ${items.length - NAMED} more` : ''}`;
}

/** When the job's message should come at the latest. Left out are parked jobs, whose messages the dispatcher sends, and those that have completed. */
function movesAtMs({ status, owed, leaseUntil, dueAt, listKey }: JobItem): number {
  if (owed) return Number.POSITIVE_INFINITY;
  if (status === 'INPROGRESS') return leaseUntil ?? Number.POSITIVE_INFINITY;
  return listKey === undefined ? (dueAt ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

const unfinished = (stage: Stage) =>
  scanTable(stage, {
    condition: '#status = :running OR #status = :retrying OR #status = :scheduled OR #owed = :owed',
    values: {
      ':running': { S: 'INPROGRESS' },
      ':retrying': { S: 'RETRYING' },
      ':scheduled': { S: 'SCHEDULED' },
      ':owed': { BOOL: true },
    },
    attributes: ['id', 'type', 'status', 'leaseUntil', 'dueAt', 'listKey', 'owed', 'completedAt'],
  });
