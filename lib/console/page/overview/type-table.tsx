import { mayChange } from '../base/about.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Count } from '../parts/count.tsx';
import { RunningButton } from '../parts/running-button.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Status } from '../parts/status.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Duration } from '../parts/time.tsx';
import type { TypeRow } from './rows.ts';

export interface TypeTableProps {
  readonly rows: readonly TypeRow[];
  readonly onView: (types: readonly string[]) => void;
  readonly onChange: () => void;
}

const COLUMNS: readonly Column<TypeRow>[] = [
  {
    key: 'type',
    head: 'Job type',
    isHead: true,
    class: 'type-name',
    sortBy: ({ type }) => type,
    cell: ({ type, alarms, isRetired }) => (
      <>
        <Link href={hrefs.type(type)}>{type}</Link>
        {alarms.length > 0 && <Status of="ALARM" text="alarm" />}
        {isRetired && <span class="tag">retired</span>}
      </>
    ),
  },
  {
    key: 'state',
    head: 'State',
    class: 'state',
    sortBy: ({ state }) => state,
    cell: ({ state }) => <State of={state} />,
  },
  {
    key: 'depth',
    head: 'In queue',
    isNumber: true,
    sortBy: ({ counts }) => counts?.depth,
    cell: ({ counts, depths }) => (
      <span class="with-sparkline">
        <Sparkline values={depths} />
        <Count of={counts?.depth} isApproximate />
      </span>
    ),
  },
  {
    key: 'inFlight',
    head: 'In flight',
    isNumber: true,
    sortBy: ({ counts }) => counts?.inFlight,
    cell: ({ counts }) => <Count of={counts?.inFlight} isApproximate />,
  },
  {
    key: 'delayed',
    head: 'Delayed',
    isNumber: true,
    sortBy: ({ counts }) => counts?.delayed,
    cell: ({ counts }) => <Count of={counts?.delayed} isApproximate />,
  },
  {
    key: 'parked',
    head: 'Waiting',
    isNumber: true,
    sortBy: ({ lists }) => lists?.parked,
    cell: ({ type, lists }) => (
      <Listed href={hrefs.waiting({ type })} of={lists?.parked} isMore={lists?.parkedMore ?? false} />
    ),
  },
  {
    key: 'dead',
    head: 'Dead',
    isNumber: true,
    sortBy: ({ lists }) => lists?.dead,
    cell: ({ type, lists }) => (
      <Listed href={hrefs.dead({ type })} of={lists?.dead} isMore={lists?.deadMore ?? false} isBad />
    ),
  },
  {
    key: 'dlq',
    head: 'DLQ',
    label: 'Dead-letter queue',
    isNumber: true,
    sortBy: ({ dlq }) => dlq,
    cell: ({ dlq }) => <Count of={dlq} isApproximate tone="bad" />,
  },
  {
    key: 'oldest',
    head: 'Oldest',
    isNumber: true,
    sortBy: ({ oldestMs }) => oldestMs,
    cell: ({ oldestMs }) => <Duration ms={oldestMs} />,
  },
];

export function TypeTable({ rows, onView, onChange }: TypeTableProps) {
  const actions: Column<TypeRow> = {
    key: 'actions',
    head: '',
    label: 'Actions',
    class: 'actions',
    cell: ({ type, state }) => <RunningButton type={type} state={state} onChange={onChange} isBrief />,
  };
  return (
    <Table
      caption="Job types: those with a problem first"
      class="type-table"
      columns={mayChange() ? [...COLUMNS, actions] : COLUMNS}
      rows={rows}
      rowKey={({ type }) => type}
      rowClass={({ problem }) => (problem === 'none' ? undefined : `is-${problem}`)}
      onView={({ first, end }, sorted) => onView(sorted.slice(first, end).map(({ type }) => type))}
    />
  );
}

const State = ({ of }: { readonly of: string | undefined }) =>
  of === undefined ? <span class="muted">–</span> : <Status of={of} />;

interface ListedProps {
  readonly href: string;
  readonly of: number | undefined;
  readonly isMore: boolean;
  readonly isBad?: boolean;
}

/** A count that leads to its list, if there is something in it. */
function Listed({ href, of, isMore, isBad = false }: ListedProps) {
  const count = <Count of={of} isMore={isMore} {...(isBad && { tone: 'bad' as const })} />;
  return of === undefined || of === 0 ? count : <Link href={href}>{count}</Link>;
}
