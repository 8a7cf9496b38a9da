/** A flow: how many of its places have ended, who holds those that have not, and what can be done. */
import { useState } from 'preact/hooks';
import type { ChoiceRequest, FlowDetail, Operation } from '../../api.ts';
import { mayChange } from '../base/about.ts';
import { countText, plural } from '../base/format.ts';
import { Link, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { Fact } from '../job/fact.tsx';
import { Outcome } from '../job/outcome.tsx';
import { Button } from '../parts/button.tsx';
import { Loaded } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { AsOf, Time } from '../parts/time.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { Places } from './places.tsx';

const EVERY_MS = 5_000;

export function FlowPage() {
  const [type = '', key = ''] = route.value.names;
  const feed = useFeedOf<FlowDetail>('flow', { type, key }, EVERY_MS, { keep: true });
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href={hrefs.flows()}>Flows</Link>
        <span aria-hidden="true">/</span>
        <Link href={hrefs.flows({ type })}>{type}</Link>
        <span aria-hidden="true">/</span>
        {!feed.trouble && <AsOf feed={feed} />}
      </nav>
      {feed.data === undefined && <h1 class="job-name">{key}</h1>}
      <Loaded feed={feed} rows={8}>
        {(flow) => <Shown flow={flow} onChange={feed.refresh} />}
      </Loaded>
    </>
  );
}

interface ShownProps {
  readonly flow: FlowDetail;
  readonly onChange: () => void;
}

function Shown({ flow, onChange }: ShownProps) {
  const [operation, setOperation] = useState<Operation>();
  const { ask, isAsking } = useOperation({
    onStart: setOperation,
    onEnd: (ended) => {
      setOperation(ended);
      onChange();
    },
  });
  return (
    <>
      <section class="card job-head" aria-labelledby="flow-key">
        <div class="job-head-line">
          <h1 id="flow-key" class="job-name">
            {flow.flow}
          </h1>
          <span class="job-status" role="status">
            <Status of={flow.status} />
            {flow.cancelRequested && <span class="mark">cancel requested</span>}
          </span>
          <Actions flow={flow} ask={ask} isAsking={isAsking} />
        </div>
        <Numbers flow={flow} />
        <Facts flow={flow} />
      </section>
      <Outcome operation={operation} />
      <Places flow={flow} />
    </>
  );
}

interface ActionsProps {
  readonly flow: FlowDetail;
  readonly ask: (request: ChoiceRequest) => void;
  readonly isAsking: boolean;
}

function Actions({ flow: { type, flow, status, endedAt, cancelRequested }, ask, isAsking }: ActionsProps) {
  const isWaiting = endedAt === undefined && status !== 'COMPLETED' && status !== 'CANCELLED' && status !== 'EXPIRED';
  if (!mayChange() || !isWaiting) return null;
  return (
    <div class="job-actions buttons">
      <Button isBusy={isAsking} isDisabled={cancelRequested} onClick={() => ask({ kind: 'cancel-flow', type, flow })}>
        Cancel flow…
      </Button>
      <Button isBusy={isAsking} onClick={() => ask({ kind: 'fire-flow', type, flow })}>
        Run the callback now…
      </Button>
    </div>
  );
}

/** A bar of what has completed, died and is open, and the same in words. */
function Numbers({ flow: { total, completed, open, dead } }: { readonly flow: FlowDetail }) {
  const parts = [
    { name: 'completed', count: completed, tone: 'good' },
    { name: 'dead', count: dead, tone: 'bad' },
    { name: 'open', count: open, tone: 'open' },
  ];
  return (
    <div class="flow-numbers">
      <svg class="flow-bar" viewBox={`0 0 ${Math.max(1, total)} 1`} preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ name, count, tone }, index) => (
          <rect
            key={name}
            class={`flow-bar-${tone}`}
            x={parts.slice(0, index).reduce((sum, part) => sum + part.count, 0)}
            y={0}
            width={count}
            height={1}
          />
        ))}
      </svg>
      <p>
        <strong>{plural(total, 'place')}</strong>
        {parts
          .filter(({ count }) => count > 0)
          .map(({ name, count, tone }) => (
            <span key={name} class={`flow-count flow-count-${tone}`}>
              {countText(count)} {name}
            </span>
          ))}
      </p>
    </div>
  );
}

function Facts({ flow: { type, flow: key, mode, deadlineAt, endedAt, parent } }: { readonly flow: FlowDetail }) {
  return (
    <dl class="job-facts">
      <Fact name="Callback">
        <Link href={hrefs.job(type, key)}>{type}</Link>
      </Fact>
      <Fact name="Runs">{mode === 'success' ? 'once all have completed' : 'once all have ended, dead or not'}</Fact>
      {deadlineAt !== undefined && endedAt === undefined && (
        <Fact name="Deadline">
          <Time at={deadlineAt} />
        </Fact>
      )}
      {endedAt !== undefined && (
        <Fact name="Ended">
          <Time at={endedAt} />
        </Fact>
      )}
      {parent && (
        <Fact name="Parent">
          <Link href={hrefs.flow(parent.type, parent.key)}>
            {parent.type} {parent.key}
          </Link>
        </Fact>
      )}
    </dl>
  );
}
