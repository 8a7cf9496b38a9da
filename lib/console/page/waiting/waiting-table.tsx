/** Jobs that wait, each with its box, when it is due, and why it waits. */
import type { WaitingJob } from '../../api.ts';
import { momentText } from '../base/format.ts';
import { nowMs } from '../base/now.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import type { Column } from '../parts/row.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { Tick } from '../select/tick.tsx';
import { waitingId } from './waiting-list.ts';

export interface WaitingTableProps {
  readonly jobs: readonly WaitingJob[];
  readonly selected: ReadonlySet<string>;
  /** Undefined: nothing may be changed, so there are no boxes. */
  readonly onSelect: ((jobs: readonly WaitingJob[], isIn: boolean) => void) | undefined;
}

export function WaitingTable({ jobs, selected, onSelect }: WaitingTableProps) {
  const count = jobs.filter((job) => selected.has(waitingId(job))).length;
  const box: Column<WaitingJob> = {
    key: 'box',
    head: (
      <Tick
        label="Select all that are shown"
        state={count === 0 ? 'none' : count === jobs.length ? 'all' : 'some'}
        onChange={(isIn) => onSelect?.(jobs, isIn)}
      />
    ),
    class: 'tick-cell',
    cell: (job) => (
      <Tick
        label={`Select ${job.type} ${job.key}`}
        state={selected.has(waitingId(job)) ? 'all' : 'none'}
        onChange={(isIn) => onSelect?.([job], isIn)}
      />
    ),
  };
  return (
    <div class="card">
      <Table
        caption="Jobs that wait, those due soonest first"
        class="jobs"
        columns={onSelect ? [box, ...COLUMNS] : COLUMNS}
        rows={jobs}
        rowKey={waitingId}
        rowClass={(job) => (selected.has(waitingId(job)) ? 'is-selected' : undefined)}
      />
    </div>
  );
}

const COLUMNS: readonly Column<WaitingJob>[] = [
  {
    key: 'key',
    head: 'Job',
    isHead: true,
    class: 'job-key',
    cell: ({ type, key }) => (
      <Link href={hrefs.job(type, key)} class="cut">
        {key}
      </Link>
    ),
  },
  { key: 'type', head: 'Type', cell: ({ type }) => type },
  { key: 'due', head: 'Due', cell: ({ dueAt }) => <Due at={dueAt} /> },
  { key: 'attempt', head: 'Next attempt', isNumber: true, cell: attemptWords },
  { key: 'why', head: 'Why', class: 'wide', cell: (job) => <span class="cut">{whyOf(job)}</span> },
];

/** How long, and when. */
const Due = ({ at }: { readonly at: number }) => (
  <span>
    <Time at={at} isStatic /> <span class="muted due-at">{momentText(at, nowMs.value)}</span>
  </span>
);

function attemptWords({ attempts, maxAttempts }: WaitingJob): string {
  return `${Math.min(attempts + 1, maxAttempts)} of ${maxAttempts}`;
}

function whyOf({ error, waitsForChildren, status }: WaitingJob): string {
  if (waitsForChildren) return 'Waits for its children';
  if (error !== undefined) return `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ');
  return status === 'SCHEDULED' ? 'Runs at its time' : 'Waits to be retried';
}
