/** What can be done with a job, as the server says it can. */
import type { ChoiceRequest, JobDetail } from '../../api.ts';
import { mayChange } from '../base/about.ts';
import { Button } from '../parts/button.tsx';

export interface ActionsProps {
  readonly job: JobDetail;
  readonly ask: (request: ChoiceRequest) => void;
  readonly isAsking: boolean;
  /** Undefined: it is being corrected. */
  readonly onCorrect: (() => void) | undefined;
}

export function Actions({ job, ask, isAsking, onCorrect }: ActionsProps) {
  if (!mayChange()) return null;
  const { type, key, run, can } = job;
  const jobs = [{ type, key, run }];
  return (
    <div class="buttons">
      {can.includes('cancel') && (
        <Button isBusy={isAsking} onClick={() => ask({ kind: 'cancel', jobs })}>
          Cancel…
        </Button>
      )}
      {can.includes('correct') && onCorrect && <Button onClick={onCorrect}>Correct the payload</Button>}
      {can.includes('retry') && (
        <Button kind="primary" isBusy={isAsking} onClick={() => ask({ kind: 'retry', jobs })}>
          Retry now…
        </Button>
      )}
      {can.includes('redrive') && (
        <Button kind="primary" isBusy={isAsking} onClick={() => ask({ kind: 'redrive', jobs })}>
          Send again…
        </Button>
      )}
    </div>
  );
}
