/**
 * The question before a change: how many, which, at what rate, three examples, what will happen; the name to type where the server
 * wants one. Drawn by the frame for `useOperation`. It is modal; Escape and Cancel leave it; the focus goes back to where it was.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Choice, OperationKind } from '../../api.ts';
import { countText, plural } from '../base/format.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { Skeleton, TroubleNote } from './states.tsx';
import { isOfType, leave, type Question, question, start } from './use-operation.ts';

/** Heading and button of each kind. */
const WORDS: Readonly<Record<OperationKind, readonly [heading: string, button: string]>> = {
  redrive: ['Send dead jobs again', 'Send again'],
  correct: ['Send with a corrected payload', 'Send again'],
  purge: ['Delete dead jobs for good', 'Delete'],
  retry: ['Retry now', 'Retry now'],
  cancel: ['Cancel jobs', 'Cancel jobs'],
  'cancel-flow': ['Cancel this flow', 'Cancel flow'],
  'fire-flow': ['Run the callback now', 'Run now'],
  pause: ['Pause', 'Pause'],
  resume: ['Resume', 'Resume'],
  drain: ['Drain', 'Drain'],
  send: ['Send jobs', 'Send'],
};

const DANGEROUS: readonly OperationKind[] = ['purge', 'cancel', 'cancel-flow'];

export function ConfirmDialog() {
  const asked = question.value;
  return asked ? <Dialog key="dialog" asked={asked} /> : null;
}

function Dialog({ asked }: { readonly asked: Question }) {
  const dialog = useModal();
  const [typed, setTyped] = useState('');
  const { choice, trouble, request } = asked;
  const isReady = choice !== undefined && (choice.typeToConfirm === undefined || typed.trim() === choice.typeToConfirm);
  const confirm = (event: Event) => {
    event.preventDefault();
    if (isReady) void start(typed.trim());
  };
  return (
    <dialog ref={dialog.ref} class="dialog" aria-labelledby="dialog-title" onClose={dialog.onClose}>
      <form onSubmit={confirm}>
        <h2 id="dialog-title">{WORDS[request.kind][0]}</h2>
        <div aria-live="polite">
          {choice && <Chosen choice={choice} />}
          {!choice && !trouble && <Skeleton rows={3} />}
          <TroubleNote trouble={trouble} />
        </div>
        {choice?.typeToConfirm !== undefined && <Name choice={choice} typed={typed} onType={setTyped} />}
        <Buttons asked={asked} isReady={isReady} />
      </form>
    </dialog>
  );
}

/** Opens with its component; gives the focus back to where it was when that goes. */
function useModal() {
  const ref = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = ref.current;
    shown?.showModal();
    return () => {
      isGone.current = true;
      // While it is modal, nothing else takes the focus.
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return { ref, onClose: () => isGone.current || leave() };
}

interface NameProps {
  readonly choice: Choice;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

/** The name that must be typed first. */
const Name = ({ choice: { typeToConfirm, type }, typed, onType }: NameProps) => (
  <Field
    label={typeToConfirm === type ? 'Type the name of the job type' : "Type the stage's name"}
    hint={
      <>
        To go on, type <strong class="selectable">{typeToConfirm}</strong>
      </>
    }
  >
    {(tied) => (
      <input
        {...tied}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onType(event.currentTarget.value)}
      />
    )}
  </Field>
);

interface ButtonsProps {
  readonly asked: Question;
  readonly isReady: boolean;
}

function Buttons({ asked: { choice, request, isStarting }, isReady }: ButtonsProps) {
  const word = WORDS[request.kind][1];
  return (
    <div class="dialog-buttons">
      <Button onClick={leave}>Leave as it is</Button>
      {choice && (
        <Button
          kind={DANGEROUS.includes(choice.kind) ? 'danger' : 'primary'}
          isSubmit
          isBusy={isStarting}
          isDisabled={!isReady}
        >
          {isOfType(choice.kind) || choice.count === 1 ? word : `${word} (${countText(choice.count)})`}
        </Button>
      )}
    </div>
  );
}

function Chosen({ choice }: { readonly choice: Choice }) {
  const { kind, count, asked, will, ratePerSecond, examples, notes } = choice;
  const more = count - examples.length;
  return (
    <div class="chosen">
      {!isOfType(kind) && <p class="chosen-count">{plural(count, 'job')}</p>}
      <p class="chosen-asked">{asked}</p>
      <p>
        {will}
        {ratePerSecond !== undefined && ` At most ${plural(ratePerSecond, 'job')} a second.`}
      </p>
      {examples.length > 0 && !isOfType(kind) && (
        <ul class="chosen-examples" aria-label="Examples">
          {examples.map((example) => (
            <li key={example}>{example}</li>
          ))}
          {more > 0 && <li class="muted">and {countText(more)} more</li>}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} class="chosen-note">
          {note}
        </p>
      ))}
    </div>
  );
}
