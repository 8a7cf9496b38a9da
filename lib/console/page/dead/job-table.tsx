/** Dead jobs, each with its box and a link to its page. */
import type { DeadJob } from '../../api.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import type { Column } from '../parts/row.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { Tick } from '../select/tick.tsx';
import { isSelected, runIdOf, type Selection } from './selection.ts';

export interface JobTableProps {
  readonly caption: string;
  readonly jobs: readonly DeadJob[];
  readonly selection: Selection;
  /** Undefined: nothing may be changed, so there are no boxes. */
  readonly onSelect: ((jobs: readonly DeadJob[], isIn: boolean) => void) | undefined;
  /** Not within a group, which has one type and one reason. */
  readonly hasTypes: boolean;
}

export function JobTable({ caption, jobs, selection, onSelect, hasTypes }: JobTableProps) {
  const box: Column<DeadJob> = {
    key: 'box',
    head: '',
    label: 'Selected',
    class: 'tick-cell',
    cell: (job) => (
      <Tick
        label={`Select ${job.type} ${job.key}`}
        state={isSelected(selection, job) ? 'all' : 'none'}
        onChange={(isIn) => onSelect?.([job], isIn)}
      />
    ),
  };
  const shown = COLUMNS.filter(({ key }) => hasTypes || (key !== 'type' && key !== 'reason'));
  return (
    <Table
      caption={caption}
      class="dead-jobs"
      columns={onSelect ? [box, ...shown] : shown}
      rows={jobs}
      rowKey={runIdOf}
      rowClass={(job) => (isSelected(selection, job) ? 'is-selected' : undefined)}
    />
  );
}

const COLUMNS: readonly Column<DeadJob>[] = [
  {
    key: 'key',
    head: 'Job',
    isHead: true,
    class: 'job-key',
    cell: (job) => (
      <Link href={hrefs.job(job.type, job.key)} class="cut">
        {job.key}
      </Link>
    ),
    sortBy: (job) => job.key,
  },
  { key: 'type', head: 'Type', cell: (job) => job.type, sortBy: (job) => job.type },
  { key: 'reason', head: 'Reason', cell: (job) => job.reason ?? '–', sortBy: (job) => job.reason },
  {
    key: 'error',
    head: 'Error',
    class: 'wide',
    cell: (job) => <ErrorLine job={job} />,
  },
  { key: 'attempts', head: 'Attempts', isNumber: true, cell: (job) => job.attempts, sortBy: (job) => job.attempts },
  {
    key: 'failed',
    head: 'Died',
    isNumber: true,
    cell: (job) => <Time at={job.failedAt} isStatic />,
    sortBy: (job) => job.failedAt,
  },
];

/** One line, whatever the message has: rows of a long list are of one height. */
function ErrorLine({ job: { error, undelivered } }: { readonly job: DeadJob }) {
  const text = error === undefined ? '–' : `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ');
  return (
    <span class="cut" title={text}>
      {undelivered && <span class="mark">undelivered</span>} {text}
    </span>
  );
}
