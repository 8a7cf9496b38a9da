/** A job's payload: read on a click alone, drawn as text alone. Of a dead job it can be corrected and sent again. */
import { useEffect, useState } from 'preact/hooks';
import type { ChoiceRequest, JobDetail, PayloadAnswer, Trouble } from '../../api.ts';
import { mayChange } from '../base/about.ts';
import { api } from '../base/client.ts';
import { troubleOf } from '../base/trouble.ts';
import { Button } from '../parts/button.tsx';
import { Skeleton, TroubleNote } from '../parts/states.tsx';
import { CorrectForm } from './correct-form.tsx';

export interface PayloadPanelProps {
  readonly job: JobDetail;
  readonly isCorrecting: boolean;
  readonly onCorrecting: (isCorrecting: boolean) => void;
  readonly ask: (request: ChoiceRequest) => void;
  readonly isAsking: boolean;
}

export function PayloadPanel({ job, isCorrecting, onCorrecting, ask, isAsking }: PayloadPanelProps) {
  const { answer, trouble, isReading, read } = usePayload(job);
  useEffect(() => {
    if (isCorrecting && answer === undefined) void read();
  }, [isCorrecting]);
  const canCorrect = mayChange() && job.can.includes('correct');
  // A running job's message is with its consumer, and an ended one's is gone.
  if (job.status !== 'DEAD' && job.status !== 'RETRYING' && job.status !== 'SCHEDULED') return null;
  return (
    <section class="card" aria-labelledby="payload">
      <div class="card-line">
        <h2 id="payload">Payload</h2>
        {answer === undefined && !isReading && <Button onClick={() => void read()}>Show the payload</Button>}
        {answer?.body && canCorrect && !isCorrecting && <Button onClick={() => onCorrecting(true)}>Correct it</Button>}
      </div>
      {isReading && <Skeleton rows={4} />}
      <TroubleNote trouble={trouble} />
      {answer?.unread !== undefined && <p class="card-text">{answer.unread}</p>}
      {answer !== undefined && canCorrect && isCorrecting ? (
        <CorrectForm job={job} answer={answer} ask={ask} isAsking={isAsking} onLeave={() => onCorrecting(false)} />
      ) : (
        answer !== undefined && <Shown answer={answer} />
      )}
      {answer === undefined && !isReading && trouble === undefined && (
        <p class="card-text muted">It is read from the queue only when you ask for it.</p>
      )}
    </section>
  );
}

/** The payload where the body is an envelope, else the body as it is. */
function Shown({ answer: { payload, body } }: { readonly answer: PayloadAnswer }) {
  const text = payload ?? body;
  return text === '' ? null : <pre class="payload">{text}</pre>;
}

function usePayload({ type, key, run }: JobDetail) {
  const [state, setState] = useState<{ answer?: PayloadAnswer; trouble?: Trouble; isReading: boolean }>({
    isReading: false,
  });
  const read = async (): Promise<void> => {
    setState({ isReading: true });
    try {
      setState({ isReading: false, answer: await api.post<PayloadAnswer>('payload', { type, key, run }) });
    } catch (error) {
      setState({ isReading: false, trouble: troubleOf(error) });
    }
  };
  return { ...state, read };
}
