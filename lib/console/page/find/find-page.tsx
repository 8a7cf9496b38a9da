/** Find a job: by its key or id over all types; by its logs; by a scan of the table, with its price first. */
import { useEffect, useState } from 'preact/hooks';
import type { Found, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, TroubleNote } from '../parts/states.tsx';
import { FindBox } from './find-box.tsx';
import { FoundJobs } from './found-jobs.tsx';
import { InsightsCard } from './insights-card.tsx';
import { ScanCard } from './scan-card.tsx';

export function FindPage() {
  const asked = (route.value.query.text ?? '').trim();
  const find = useFind(asked);
  const look = (text: string) => {
    if (text === asked) find.again();
    else navigate(hrefs.find({ ...route.value.query, text }));
  };
  return (
    <>
      <header class="page-head">
        <h1>Find</h1>
      </header>
      <FindBox asked={asked} isReading={find.isReading} onFind={look} />
      {asked !== '' && <Answer find={find} asked={asked} />}
      <InsightsCard />
      <ScanCard />
    </>
  );
}

interface AnswerProps {
  readonly find: ReturnType<typeof useFind>;
  readonly asked: string;
}

function Answer({ find: { found, isReading, trouble }, asked }: AnswerProps) {
  const jobs = found.filter((one) => one.kind === 'job');
  const looked = found.filter((one) => one.kind === 'looked');
  return (
    <section class="card" aria-labelledby="found">
      <div class="card-line">
        <h2 id="found">
          {isReading
            ? 'Looking…'
            : `${jobs.length === 0 ? 'No job' : jobs.length === 1 ? '1 job' : `${jobs.length} jobs`} found`}
        </h2>
      </div>
      {jobs.length > 0 && <FoundJobs caption={`Jobs found by ${asked}`} jobs={jobs} />}
      {jobs.length === 0 && !isReading && trouble === undefined && (
        <Empty title={`No job has the key or id ${asked}`}>
          Its record may have expired, or its message may not have been received yet.
        </Empty>
      )}
      <TroubleNote trouble={trouble} />
      <ul class="looked" aria-label="What was looked through" aria-live="polite">
        {looked.map(({ where, trouble: refused }) => (
          <li key={where} class={refused ? 'is-refused' : undefined}>
            <Icon name={refused ? 'alarm' : 'check'} /> {where}
            {refused && `: ${refused.message}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface State {
  readonly found: readonly Found[];
  readonly isReading: boolean;
  readonly trouble?: Trouble;
}

function useFind(text: string) {
  const [state, setState] = useState<State>({ found: [], isReading: false });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (text === '') return;
    const aborted = new AbortController();
    void readFound(text, aborted.signal, setState);
    return () => aborted.abort();
  }, [text, round]);
  return { ...state, again: () => setRound((last) => last + 1) };
}

async function readFound(text: string, signal: AbortSignal, show: (state: State) => void): Promise<void> {
  let found: readonly Found[] = [];
  show({ found, isReading: true });
  try {
    for await (const one of api.lines<Found>('find', { text }, signal)) {
      if (signal.aborted) return;
      found = [...found, one];
      show({ found, isReading: true });
    }
    show({ found, isReading: false });
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) show({ found, isReading: false, trouble: troubleOf(error) });
  }
}
