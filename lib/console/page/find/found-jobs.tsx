/** Jobs that were found, each a link to its page. */
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import type { Column } from '../parts/row.tsx';
import { Status } from '../parts/status.tsx';
import { Table } from '../parts/table.tsx';

export interface FoundJob {
  readonly type: string;
  readonly key: string;
  readonly jobId: string;
  readonly status: string;
}

const COLUMNS: readonly Column<FoundJob>[] = [
  {
    key: 'key',
    head: 'Job',
    isHead: true,
    class: 'wide',
    cell: ({ type, key }) => (
      <Link href={hrefs.job(type, key)} class="cut">
        {key}
      </Link>
    ),
    sortBy: ({ key }) => key,
  },
  { key: 'type', head: 'Type', cell: ({ type }) => type, sortBy: ({ type }) => type },
  { key: 'status', head: 'Status', cell: ({ status }) => <Status of={status} />, sortBy: ({ status }) => status },
  { key: 'id', head: 'Id', class: 'id-cell', cell: ({ jobId }) => <span class="cut mono">{jobId}</span> },
];

interface FoundJobsProps {
  readonly caption: string;
  readonly jobs: readonly FoundJob[];
}

export const FoundJobs = ({ caption, jobs }: FoundJobsProps) => (
  <Table caption={caption} class="jobs" columns={COLUMNS} rows={jobs} rowKey={({ type, key }) => `${type}#${key}`} />
);
