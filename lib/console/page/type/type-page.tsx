/** One job type: its numbers now, its charts, its schedules, what its definition says. */
import type { About, Overview, TypePage as TypeView } from '../../api.ts';
import { about, mayChange } from '../base/about.ts';
import { Link, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { useFeed } from '../base/use-feed.ts';
import { Alarms } from '../overview/alarms.tsx';
import { alarmsOn } from '../overview/rows.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { RunningButton } from '../parts/running-button.tsx';
import { Loaded, TroubleNote } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { AsOf } from '../parts/time.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { Charts } from './charts.tsx';
import { Facts } from './facts.tsx';
import { Schedules } from './schedules.tsx';
import { TypeTiles, troublesOfNumbers } from './type-tiles.tsx';

const EVERY_MS = 5_000;

export function TypePage() {
  const type = route.value.names[0] ?? '';
  const view = useFeed<TypeView>('type', { type }, EVERY_MS);
  const now = useFeed<Overview>('overview', { types: type }, EVERY_MS);
  const isKnown = about.value?.types.some((one) => one.type === type);
  return (
    <>
      <Head type={type} now={now.data} onChange={now.refresh} />
      {now.data && troublesOfNumbers(now.data).map((one) => <TroubleNote key={one.message} trouble={one} isBrief />)}
      <Alarms alarms={alarmsOn(now.data?.alarms).filter((alarm) => alarm.type === type)} />
      {isKnown && <TypeTiles type={type} overview={now.data} />}
      <Loaded feed={view} rows={10}>
        {({ samples, schedules, facts }) => (
          <div class="type-columns">
            <Charts type={type} samples={samples} />
            <div class="type-aside">
              <Schedules type={type} schedules={schedules} />
              <Facts facts={facts} />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

interface HeadProps {
  readonly type: string;
  readonly now: Overview | undefined;
  readonly onChange: () => void;
}

function Head({ type, now, onChange }: HeadProps) {
  const known = about.value?.types.find((one) => one.type === type);
  const state = known?.deployed === false ? 'not deployed' : now?.states.data?.[type];
  return (
    <div class="page-head">
      <h1>{type}</h1>
      {state !== undefined && <Status of={state} />}
      {known?.retired && <span class="tag">retired</span>}
      {now && <AsOf feed={now.counts} />}
      {known && mayChange() && <Actions known={known} state={state} onChange={onChange} />}
    </div>
  );
}

interface ActionsProps {
  readonly known: About['types'][number];
  readonly state: string | undefined;
  readonly onChange: () => void;
}

function Actions({ known: { type, deployed, inCatalogue }, state, onChange }: ActionsProps) {
  const { ask, isAsking } = useOperation({ onEnd: onChange });
  if (!deployed) return null;
  return (
    <div class="page-head-end">
      <RunningButton type={type} state={state} onChange={onChange} />
      {state === 'running' && (
        <Button isBusy={isAsking} onClick={() => ask({ kind: 'drain', type })}>
          <Icon name="drain" />
          Drain
        </Button>
      )}
      {inCatalogue && (
        <Link href={hrefs.send(type)} class="button primary">
          <Icon name="send" />
          Send a job
        </Link>
      )}
    </div>
  );
}
