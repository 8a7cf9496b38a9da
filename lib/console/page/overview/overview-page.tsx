/** All job types of the stage at a glance: what waits, runs and failed; those that need somebody first. */
import { useState } from 'preact/hooks';
import { about } from '../base/about.ts';
import { plural } from '../base/format.ts';
import { hrefs } from '../base/routes.ts';
import { Field } from '../parts/field.tsx';
import { Empty, TroubleNote } from '../parts/states.tsx';
import { Tile, Tiles } from '../parts/tiles.tsx';
import { AsOf } from '../parts/time.tsx';
import { Alarms } from './alarms.tsx';
import { alarmsOn, type TypeRow, totalsOf, troublesIn } from './rows.ts';
import { TypeTable } from './type-table.tsx';
import { useOverview } from './use-overview.ts';

/** Fewer are found with the eye. */
const FILTER_FROM = 9;

export function OverviewPage() {
  const { feed, rows, look } = useOverview();
  const [wanted, setWanted] = useState('');
  const shown = rows.filter(({ type }) => type.includes(wanted.trim().toLowerCase()));
  const alarms = alarmsOn(feed.data?.alarms);
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        {feed.data && <AsOf feed={feed.trouble ? feed : feed.data.counts} />}
        {rows.length >= FILTER_FROM && (
          <div class="page-head-end">
            <Field label="Filter job types" isLabelHidden>
              {(tied) => (
                <input
                  {...tied}
                  type="search"
                  placeholder="Filter job types"
                  value={wanted}
                  onInput={(event) => setWanted(event.currentTarget.value)}
                />
              )}
            </Field>
          </div>
        )}
      </div>
      <TroubleNote trouble={feed.trouble} />
      {troublesIn(feed.data).map((trouble) => (
        <TroubleNote key={trouble.message} trouble={trouble} isBrief />
      ))}
      {!feed.data && !feed.trouble && (
        <p class="only-read" role="status">
          Loading
        </p>
      )}
      <Summary rows={rows} alarms={feed.data?.alarms.data && alarms.length} />
      <Alarms alarms={alarms} />
      {rows.length === 0 ? (
        <Empty title="No job types yet">
          Add one with <code>npx sluice new</code>, deploy it, and it stands here.
        </Empty>
      ) : (
        <div class="card">
          <TypeTable rows={shown} onView={look} onChange={feed.refresh} />
          {shown.length === 0 && <Empty title={`No job type has "${wanted}" in its name`} />}
        </div>
      )}
      <Gaps />
    </>
  );
}

interface SummaryProps {
  readonly rows: readonly TypeRow[];
  readonly alarms: number | undefined;
}

function Summary({ rows, alarms }: SummaryProps) {
  const { depth, inFlight, parked, dead } = totalsOf(rows);
  return (
    <Tiles label={`Stage ${about.value?.stage ?? ''} in all`}>
      <Tile name="In queues" {...depth} isApproximate />
      <Tile name="In flight" {...inFlight} isApproximate />
      <Tile name="Waiting" {...parked} href={hrefs.waiting()} />
      <Tile name="Dead" {...dead} href={hrefs.dead()} tone="bad" />
      <Tile name="Alarms on" of={alarms} tone="bad" />
    </Tiles>
  );
}

/** What this emulator does not show. */
function Gaps() {
  const gaps = about.value?.gaps ?? [];
  if (gaps.length === 0) return null;
  return (
    <details class="gaps">
      <summary>{plural(gaps.length, 'thing')} that the emulator does not show</summary>
      <ul>
        {gaps.map((gap) => (
          <li key={gap}>{gap}</li>
        ))}
      </ul>
    </details>
  );
}
