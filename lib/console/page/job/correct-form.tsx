/** Another payload for a dead job: checked while it is typed; the old body is saved before it is replaced. */
import { useState } from 'preact/hooks';
import type { ChoiceRequest, JobDetail, PayloadAnswer } from '../../api.ts';
import { JsonEditor } from '../form/json-editor.tsx';
import { useCheck } from '../form/use-check.ts';
import { replaced } from '../json/place.ts';
import { Button } from '../parts/button.tsx';

export interface CorrectFormProps {
  readonly job: JobDetail;
  readonly answer: PayloadAnswer;
  readonly ask: (request: ChoiceRequest) => void;
  readonly isAsking: boolean;
  readonly onLeave: () => void;
}

export function CorrectForm({ job, answer, ask, isAsking, onLeave }: CorrectFormProps) {
  const { type, key, run } = job;
  const isPayload = answer.payload !== undefined;
  const before = answer.payload ?? answer.body;
  const [text, setText] = useState(before);
  const check = useCheck({ type, text, envelope: !isPayload });
  const body = isPayload ? replaced(answer.body, '/payload', text) : text;
  // What cannot be checked, as a type that is not in the catalogue, is the operator's own decision.
  const isReady = body !== undefined && text !== before && (check.state === 'fits' || check.state === 'unknown');
  const send = (event: Event) => {
    event.preventDefault();
    if (isReady && body !== undefined) ask({ kind: 'correct', job: { type, key, run }, body });
  };
  return (
    <form class="correct" onSubmit={send}>
      <JsonEditor
        label={isPayload ? 'Payload as JSON' : 'Message body'}
        text={text}
        check={check}
        onText={setText}
        hasFocus
      />
      <p class="field-hint">
        The job starts again at its first attempt, under the same key. The body that it has now is saved to a file
        first.
      </p>
      <div class="buttons">
        <Button kind="primary" isSubmit isBusy={isAsking} isDisabled={!isReady}>
          Send again with this payload…
        </Button>
        <Button isDisabled={text === before} onClick={() => setText(before)}>
          Undo changes
        </Button>
        <Button kind="quiet" onClick={onLeave}>
          Leave it as it is
        </Button>
      </div>
    </form>
  );
}
