/** Dead jobs: groups first, each opens to its jobs; what is selected is sent again, or deleted. */
import { useMemo } from 'preact/hooks';
import type { DeadJob } from '../../api.ts';
import { mayChange } from '../base/about.ts';
import { countText } from '../base/format.ts';
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Segments } from '../parts/segments.tsx';
import { Empty, Skeleton, TroubleNote } from '../parts/states.tsx';
import { AsOf } from '../parts/time.tsx';
import { SelectionBar } from '../select/selection-bar.tsx';
import { Tick } from '../select/tick.tsx';
import { progressWords } from './dead-list.ts';
import { FilterBar } from './filter-bar.tsx';
import { filtersOf, wordsOf } from './filters.ts';
import { GroupList } from './group-list.tsx';
import { JobTable } from './job-table.tsx';
import { EVERYTHING } from './selection.ts';
import { type ReadDead, useDeadList } from './use-dead-list.ts';
import { type Chosen, useSelection } from './use-selection.ts';

const VIEWS = [
  { value: 'groups', label: 'Groups' },
  { value: 'jobs', label: 'All jobs' },
] as const;

export function DeadPage() {
  const filters = filtersOf(route.value.query);
  const words = wordsOf(filters);
  const dead = useDeadList(filters);
  const { list, version, isReading, trouble, asOfMs } = dead;
  const reasons = useMemo(() => list.groups.flatMap(({ reason }) => reason ?? []), [version]);
  return (
    <>
      <header class="page-head">
        <h1>Dead</h1>
        <span class="page-head-end">
          <AsOf feed={asOfMs === undefined ? {} : { asOfMs }} />
          <ReadingState dead={dead} />
        </span>
      </header>
      <FilterBar filters={filters} reasons={reasons} />
      <TroubleNote trouble={trouble} />
      {version === 0 ? (
        <Skeleton rows={6} />
      ) : list.jobs.length === 0 && !isReading && trouble === undefined ? (
        <Empty title={words === '' ? 'No dead jobs' : `No dead jobs ${words}`}>
          {words === ''
            ? 'A job that fails for good shows here until its dead letter expires.'
            : 'Others may be dead: clear the filters to see them.'}
        </Empty>
      ) : (
        <Found key={JSON.stringify(filters)} dead={dead} />
      )}
    </>
  );
}

function ReadingState({ dead }: { readonly dead: ReadDead }) {
  const { list, isReading, version, stop, reload } = dead;
  return (
    <>
      <span class="reading" role="status">
        {version === 0 ? '' : progressWords(list, isReading)}
      </span>
      {isReading ? (
        <Button kind="quiet" onClick={stop}>
          <Icon name="stop" /> Stop reading
        </Button>
      ) : (
        <Button kind="quiet" onClick={reload}>
          <Icon name="refresh" /> Read again
        </Button>
      )}
    </>
  );
}

function Found({ dead }: { readonly dead: ReadDead }) {
  const { list, version } = dead;
  const jobs = useMemo<readonly DeadJob[]>(() => [...list.jobs], [list, version]);
  const chosen = useSelection(dead, jobs);
  const isByGroup = route.value.query.view !== 'jobs';
  const onJobs = mayChange() ? chosen.takeJobs : undefined;
  const onGroup = mayChange() ? chosen.takeGroup : undefined;
  return (
    <>
      <ListHead chosen={chosen} count={jobs.length} isByGroup={isByGroup} />
      {isByGroup ? (
        <GroupList list={list} selection={chosen.selection} onSelectJobs={onJobs} onSelectGroup={onGroup} />
      ) : (
        <JobTable caption="Dead jobs" jobs={jobs} selection={chosen.selection} onSelect={onJobs} hasTypes />
      )}
      {mayChange() && <Actions chosen={chosen} />}
    </>
  );
}

function Actions({ chosen }: { readonly chosen: Chosen }) {
  const { words, isAny, isAsking, act, hindrance } = chosen;
  const why = isAny ? (hindrance('redrive') ?? hindrance('purge')) : undefined;
  return (
    <SelectionBar words={words} why={why} isAny={isAny} onClear={() => chosen.takeAll(false)}>
      <Button
        kind="danger"
        isBusy={isAsking}
        isDisabled={hindrance('purge') !== undefined}
        onClick={() => act('purge')}
      >
        Delete…
      </Button>
      <Button
        kind="primary"
        isBusy={isAsking}
        isDisabled={hindrance('redrive') !== undefined}
        onClick={() => act('redrive')}
      >
        Send again…
      </Button>
    </SelectionBar>
  );
}

function allWords({ isComplete, isOfType }: Chosen, count: number): string {
  if (isComplete) return `Select all ${countText(count)}`;
  return isOfType ? 'Select all that match' : 'Select all read so far';
}

interface ListHeadProps {
  readonly chosen: Chosen;
  readonly count: number;
  readonly isByGroup: boolean;
}

function ListHead({ chosen, count, isByGroup }: ListHeadProps) {
  const show = (view: string) => navigate(hrefs.dead({ ...route.value.query, view }), { replace: true });
  return (
    <div class="list-head">
      {mayChange() && (
        <Tick
          label={allWords(chosen, count)}
          isLabelled
          state={chosen.selection === EVERYTHING ? 'all' : chosen.isAny ? 'some' : 'none'}
          onChange={chosen.takeAll}
        />
      )}
      <Segments
        label="View"
        value={isByGroup ? 'groups' : 'jobs'}
        options={VIEWS}
        onChange={(next) => show(next === 'groups' ? '' : next)}
      />
    </div>
  );
}
