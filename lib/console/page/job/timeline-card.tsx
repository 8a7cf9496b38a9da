/** What happened to a job: the newest first, by attempts, 200 entries at a time. Durations stand apart from times. */
import { useEffect, useState } from 'preact/hooks';
import type { JobDetail, TimelineEntry, TimelinePage } from '../../api.ts';
import { api } from '../base/client.ts';
import { isEndedStatus } from '../base/status.ts';
import { troubleOf } from '../base/trouble.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { Button } from '../parts/button.tsx';
import { Empty, Loaded, TroubleNote } from '../parts/states.tsx';
import { AsOf } from '../parts/time.tsx';
import { AttemptList } from './attempt-list.tsx';
import { withOlder } from './timeline.ts';

/** Log lines take some seconds to arrive, and cost a call of CloudWatch Logs. */
const EVERY_MS = 10_000;
const ENDED_MS = 60_000;

export function TimelineCard({ job }: { readonly job: JobDetail }) {
  const { type, key, status, run, attempts } = job;
  const isEnded = isEndedStatus(status);
  const feed = useFeedOf<TimelinePage>('timeline', { type, key }, isEnded ? ENDED_MS : EVERY_MS, { keep: true });
  // The job took a step: what it was is in the timeline.
  useEffect(() => feed.refresh(), [status, run, attempts]);
  return (
    <section class="card" aria-labelledby="timeline">
      <div class="card-line">
        <h2 id="timeline">Timeline</h2>
        {!feed.trouble && <AsOf feed={feed} />}
      </div>
      <Loaded feed={feed} rows={5}>
        {(page) => <Pages job={job} page={page} />}
      </Loaded>
    </section>
  );
}

function Pages({ job: { type, key, run }, page }: { readonly job: JobDetail; readonly page: TimelinePage }) {
  const { older, after, trouble, isReading, readMore } = useOlder({ type, key }, page);
  const entries = withOlder(page.entries, older);
  return (
    <>
      {page.withoutLogs !== undefined && <p class="card-text chosen-note">{page.withoutLogs}</p>}
      {entries.length === 0 ? (
        <Empty title="Nothing yet">What happens to the job shows here.</Empty>
      ) : (
        <AttemptList entries={entries} hasRuns={run > 1} />
      )}
      <TroubleNote trouble={trouble} />
      {after !== undefined && (
        <p class="more">
          <Button isBusy={isReading} onClick={() => void readMore()}>
            Show older entries
          </Button>
        </p>
      )}
    </>
  );
}

interface Older {
  readonly entries: readonly TimelineEntry[];
  readonly after: string | undefined;
}

/** Pages behind the first one, which alone is live. */
function useOlder(of: { readonly type: string; readonly key: string }, page: TimelinePage) {
  const [read, setRead] = useState<Older>();
  const [trouble, setTrouble] = useState<ReturnType<typeof troubleOf>>();
  const [isReading, setIsReading] = useState(false);
  const after = read === undefined ? page.after : read.after;
  const readMore = async (): Promise<void> => {
    setIsReading(true);
    setTrouble(undefined);
    try {
      const { data } = await api.get<{ data?: TimelinePage }>('timeline', { ...of, after });
      if (data) setRead((last) => ({ entries: withOlder(last?.entries ?? [], data.entries), after: data.after }));
    } catch (error) {
      setTrouble(troubleOf(error));
    }
    setIsReading(false);
  };
  return { older: read?.entries ?? [], after, trouble, isReading, readMore };
}
