/** One job: what it is, where its message is, what happened, its payload, and what can be done. It is live. */
import { useEffect, useState } from 'preact/hooks';
import type { JobDetail, Operation } from '../../api.ts';
import { about } from '../base/about.ts';
import { Link, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { isEndedStatus } from '../base/status.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { Empty, Loaded } from '../parts/states.tsx';
import { AsOf } from '../parts/time.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { Actions } from './actions.tsx';
import { Attributes } from './attributes.tsx';
import { JobHead } from './job-head.tsx';
import { Outcome } from './outcome.tsx';
import { PayloadPanel } from './payload-panel.tsx';
import { TimelineCard } from './timeline-card.tsx';

/** A job that may change is looked at so often: one GetItem each. An ended one changes only by a redrive. */
const LIVE_MS = 2_000;
const ENDED_MS = 15_000;

export function JobPage() {
  const { names } = route.value;
  const [type = '', key = ''] = names;
  const [isEnded, setIsEnded] = useState(false);
  const feed = useFeedOf<JobDetail>('job', { type, key }, isEnded ? ENDED_MS : LIVE_MS, { keep: true });
  const status = feed.data?.status;
  useEffect(() => setIsEnded(isEndedStatus(status)), [status]);
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href={hrefs.type(type)}>{type}</Link>
        <span aria-hidden="true">/</span>
        {!feed.trouble && <AsOf feed={feed} />}
      </nav>
      {feed.data === undefined && <h1 class="job-name">{key}</h1>}
      {feed.data === undefined && feed.trouble?.kind === 'missing' ? (
        <Missing message={feed.trouble.message} />
      ) : (
        <Loaded feed={feed} rows={8}>
          {(job) => <Shown job={job} onChange={feed.refresh} onBusy={() => setIsEnded(false)} />}
        </Loaded>
      )}
    </>
  );
}

/** It may have been sent just now. */
const Missing = ({ message }: { readonly message: string }) => (
  <div class="card">
    <Empty title="Not there, or not yet">
      <p>{message}</p>
      <p>This page goes on looking.</p>
    </Empty>
  </div>
);

interface ShownProps {
  readonly job: JobDetail;
  readonly onChange: () => void;
  /** Something was started: the job is to be watched closely again. */
  readonly onBusy: () => void;
}

function Shown({ job, onChange, onBusy }: ShownProps) {
  const [operation, setOperation] = useState<Operation>();
  const [isCorrecting, setIsCorrecting] = useState(false);
  // What was read before an operation is another's body after it.
  const body = `${job.run} ${operation?.id}`;
  const hasPayloads = about.value?.payloads !== false;
  const { ask, isAsking } = useOperation({
    onStart: (started) => {
      setOperation(started);
      setIsCorrecting(false);
      onBusy();
    },
    onEnd: (ended) => {
      setOperation(ended);
      onChange();
    },
  });
  return (
    <>
      <JobHead job={job}>
        <Actions
          job={job}
          ask={ask}
          isAsking={isAsking}
          onCorrect={isCorrecting || !hasPayloads ? undefined : () => setIsCorrecting(true)}
        />
      </JobHead>
      <Outcome operation={operation} />
      {hasPayloads && (
        <PayloadPanel key={body} {...{ job, isCorrecting, ask, isAsking }} onCorrecting={setIsCorrecting} />
      )}
      <TimelineCard job={job} />
      <Attributes job={job} />
    </>
  );
}
