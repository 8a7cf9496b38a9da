/** Places of a flow that are open or dead: which job holds each, and what it waits for. */
import type { FlowDetail, FlowPlace } from '../../api.ts';
import { countText } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import type { Column } from '../parts/row.tsx';
import { Empty } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Table } from '../parts/table.tsx';

const COLUMNS: readonly Column<FlowPlace>[] = [
  { key: 'place', head: 'Place', isNumber: true, cell: ({ place }) => place, sortBy: ({ place }) => place },
  { key: 'state', head: 'State', cell: ({ state }) => <Status of={state} />, sortBy: ({ state }) => state },
  {
    key: 'job',
    head: 'Job',
    isHead: true,
    class: 'job-key',
    cell: (place) => {
      const { type, key } = place.holder ?? place;
      return (
        <span class="cut">
          <Link href={hrefs.job(type, key)}>
            {type} {key}
          </Link>
        </span>
      );
    },
    sortBy: ({ key }) => key,
  },
  { key: 'status', head: 'Its status', cell: ({ holder }) => (holder ? <Status of={holder.status} /> : '–') },
  { key: 'why', head: 'Why', class: 'wide', cell: (place) => <Why place={place} /> },
];

/** Above an error stands what a place waits for: it may be a flow of its own. */
function Why({ place: { holder } }: { readonly place: FlowPlace }) {
  if (holder === undefined) return <>–</>;
  const { type, key, error, waitsFor } = holder;
  if (waitsFor !== undefined) {
    return (
      <Link href={hrefs.flow(type, key)} class="cut">
        waits for {countText(waitsFor.open)} of {countText(waitsFor.total)}
      </Link>
    );
  }
  return (
    <span class="cut">{error === undefined ? '–' : `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ')}</span>
  );
}

export function Places({ flow: { places, placesMore, total } }: { readonly flow: FlowDetail }) {
  return (
    <section class="card" aria-labelledby="places">
      <div class="card-line">
        <h2 id="places">Open and dead places</h2>
        {placesMore && <span class="muted">The first {countText(places.length)}</span>}
      </div>
      {places.length === 0 ? (
        <Empty title="No place is open or dead">All {countText(total)} have completed.</Empty>
      ) : (
        <Table
          caption="Open and dead places"
          class="jobs"
          columns={COLUMNS}
          rows={places}
          rowKey={({ place }) => String(place)}
        />
      )}
    </section>
  );
}
