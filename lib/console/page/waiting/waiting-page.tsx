/** Jobs that wait for their time, those due soonest first: retried now, or cancelled. */
import { useState } from 'preact/hooks';
import type { ChoiceRequest, WaitingJob } from '../../api.ts';
import { about, mayChange } from '../base/about.ts';
import { countText, plural } from '../base/format.ts';
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Button } from '../parts/button.tsx';
import { Empty, Skeleton, TroubleNote } from '../parts/states.tsx';
import { AsOf } from '../parts/time.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { SelectionBar } from '../select/selection-bar.tsx';
import { TypeFilter } from '../select/type-filter.tsx';
import { useWaiting } from './use-waiting.ts';
import { waitingId } from './waiting-list.ts';
import { WaitingTable } from './waiting-table.tsx';

export function WaitingPage() {
  const type = route.value.query.type ?? '';
  const waiting = useWaiting(type);
  const { jobs, total, totalMore, trouble, isRead } = waiting;
  const shown =
    jobs.length < total || totalMore ? `${countText(jobs.length)} of ${countText(total)}${totalMore ? '+' : ''}` : '';
  return (
    <>
      <header class="page-head">
        <h1>Waiting</h1>
        <span class="page-head-end">
          <AsOf feed={waiting.feed} />
          <span class="reading" role="status">
            {isRead && jobs.length > 0 ? shown || plural(jobs.length, 'job') : ''}
          </span>
          <TypeFilter
            any="all types"
            types={(about.value?.types ?? []).map((one) => one.type)}
            type={type}
            onType={(next) => navigate(hrefs.waiting({ type: next }), { replace: true })}
          />
        </span>
      </header>
      <TroubleNote trouble={trouble} />
      {!isRead && trouble === undefined && <Skeleton rows={6} />}
      {isRead && jobs.length === 0 && (
        <Empty title={type === '' ? 'No jobs wait' : `No jobs of ${type} wait`}>
          A job that is to run later, or again, shows here until it is due. One that waits less than 15 minutes may wait
          in its queue instead.
        </Empty>
      )}
      {jobs.length > 0 && <Listed key={type} type={type} waiting={waiting} />}
    </>
  );
}

interface ListedProps {
  readonly type: string;
  readonly waiting: ReturnType<typeof useWaiting>;
}

function Listed({ type, waiting }: ListedProps) {
  const { jobs, hasMore, isReading, readMore, reload } = waiting;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { ask, isAsking } = useOperation({ onStart: () => setSelected(new Set()), onEnd: reload });
  const chosen = jobs.filter((job) => selected.has(waitingId(job)));
  const take = (some: readonly WaitingJob[], isIn: boolean) =>
    setSelected((last) => {
      const ids = new Set(some.map(waitingId));
      const others = [...last].filter((id) => !ids.has(id));
      return new Set(isIn ? [...others, ...ids] : others);
    });
  const isAll = chosen.length === jobs.length;
  const act = (kind: 'retry' | 'cancel', isWhole: boolean) => ask(requestOf({ kind, isWhole, type, chosen }));
  return (
    <>
      <WaitingTable jobs={jobs} selected={selected} onSelect={mayChange() ? take : undefined} />
      {hasMore && (
        <p class="more">
          <Button isBusy={isReading} onClick={() => void readMore()}>
            Show later ones
          </Button>
        </p>
      )}
      {mayChange() && (
        <Chosen
          count={chosen.length}
          ready={chosen.filter(isReady).length}
          of={jobs.length}
          isAsking={isAsking}
          onClear={() => setSelected(new Set())}
          onAct={(kind) => act(kind, false)}
        />
      )}
      {mayChange() && (isAll || chosen.length === 0) && (
        <Whole type={type} isAsking={isAsking} onAct={(kind) => act(kind, true)} />
      )}
    </>
  );
}

const WITH_CHILDREN = 'What waits for its children is not retried here: run it on the page of its flow.';

/** Started now, a callback would begin without what its children do. */
const isReady = ({ waitsForChildren }: WaitingJob): boolean => !waitsForChildren;

interface ChosenProps {
  readonly count: number;
  /** Those of them that can be retried now. */
  readonly ready: number;
  readonly of: number;
  readonly isAsking: boolean;
  readonly onClear: () => void;
  readonly onAct: (kind: 'retry' | 'cancel') => void;
}

const Chosen = ({ count, ready, of, isAsking, onClear, onAct }: ChosenProps) => (
  <SelectionBar
    words={count === 0 ? 'Nothing selected' : `${countText(count)} of ${plural(of, 'shown job')} selected`}
    why={ready < count ? WITH_CHILDREN : undefined}
    isAny={count > 0}
    onClear={onClear}
  >
    <Button isBusy={isAsking} onClick={() => onAct('cancel')}>
      Cancel {countText(count)}…
    </Button>
    <Button kind="primary" isBusy={isAsking} isDisabled={ready === 0} onClick={() => onAct('retry')}>
      Retry {countText(ready)} now…
    </Button>
  </SelectionBar>
);

interface WholeProps {
  readonly type: string;
  readonly isAsking: boolean;
  readonly onAct: (kind: 'retry' | 'cancel') => void;
}

/** All that wait, those not shown included. */
const Whole = ({ type, isAsking, onAct }: WholeProps) => (
  <section class="whole" aria-label="All that wait">
    <p class="muted">{type === '' ? 'All jobs that wait, of every type:' : `All jobs of ${type} that wait:`}</p>
    <div class="buttons">
      <Button isBusy={isAsking} onClick={() => onAct('cancel')}>
        Cancel all…
      </Button>
      <Button isBusy={isAsking} onClick={() => onAct('retry')}>
        Retry all now…
      </Button>
    </div>
  </section>
);

interface Wanted {
  readonly kind: 'retry' | 'cancel';
  readonly isWhole: boolean;
  readonly type: string;
  readonly chosen: readonly WaitingJob[];
}

function requestOf({ kind, isWhole, type, chosen }: Wanted): ChoiceRequest {
  if (isWhole) return { kind, waiting: true, ...(type !== '' && { type }) };
  const some = kind === 'retry' ? chosen.filter(isReady) : chosen;
  return { kind, jobs: some.map(({ type: of, key, run }) => ({ type: of, key, run })) };
}
