/** Callbacks that wait for their children. */
import type { Flows, WaitingFlow } from '../../api.ts';
import { about } from '../base/about.ts';
import { countText } from '../base/format.ts';
import { Link, navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { Count } from '../parts/count.tsx';
import type { Column } from '../parts/row.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Table } from '../parts/table.tsx';
import { AsOf, Time } from '../parts/time.tsx';
import { TypeFilter } from '../select/type-filter.tsx';

const EVERY_MS = 10_000;

const COLUMNS: readonly Column<WaitingFlow>[] = [
  {
    key: 'flow',
    head: 'Flow',
    isHead: true,
    class: 'wide',
    cell: ({ type, flow }) => (
      <Link href={hrefs.flow(type, flow)} class="cut">
        {flow}
      </Link>
    ),
    sortBy: ({ flow }) => flow,
  },
  { key: 'type', head: 'Callback', cell: ({ type }) => type, sortBy: ({ type }) => type },
  { key: 'state', head: 'State', cell: ({ state }) => <Status of={state} />, sortBy: ({ state }) => state },
  {
    key: 'ended',
    head: 'Ended',
    cell: ({ open, total }) => (
      <span class="flow-progress">
        <progress max={Math.max(1, total)} value={total - open} aria-label="Children that have ended" />
        <span class="number">
          {countText(total - open)} of {countText(total)}
        </span>
      </span>
    ),
    sortBy: ({ open, total }) => (total - open) / Math.max(1, total),
  },
  {
    key: 'dead',
    head: 'Dead',
    isNumber: true,
    cell: ({ dead }) => <Count of={dead} tone="bad" />,
    sortBy: ({ dead }) => dead,
  },
  {
    key: 'deadline',
    head: 'Deadline',
    isNumber: true,
    cell: ({ deadlineAt }) => <Time at={deadlineAt} isStatic />,
    sortBy: ({ deadlineAt }) => deadlineAt,
  },
];

export function FlowsPage() {
  const type = route.value.query.type ?? '';
  const feed = useFeedOf<NonNullable<Flows['data']>>('flows', { type }, EVERY_MS);
  const types = (about.value?.types ?? []).filter(({ inFlows }) => inFlows).map((one) => one.type);
  return (
    <>
      <header class="page-head">
        <h1>Flows</h1>
        <span class="page-head-end">
          {!feed.trouble && <AsOf feed={feed} />}
          <TypeFilter
            any="all callbacks"
            types={types}
            type={type}
            onType={(next) => navigate(hrefs.flows({ type: next }), { replace: true })}
          />
        </span>
      </header>
      <Loaded feed={feed} rows={6}>
        {({ flows, truncated }) =>
          flows.length === 0 ? (
            <Empty title={type === '' ? 'No flow waits' : `No flow of ${type} waits`}>
              A callback shows here from when its children are placed until it runs.
            </Empty>
          ) : (
            <FlowList flows={flows} truncated={truncated} />
          )
        }
      </Loaded>
    </>
  );
}

const FlowList = ({ flows, truncated }: NonNullable<Flows['data']>) => (
  <>
    <div class="card">
      <Table
        caption="Callbacks that wait for their children"
        class="jobs"
        columns={COLUMNS}
        rows={flows}
        rowKey={(one) => `${one.type}#${one.flow}`}
        first={{ column: 'deadline', descending: false }}
      />
    </div>
    {truncated && <p class="muted">There are more than are listed here. Choose a type to see its own.</p>}
  </>
);
