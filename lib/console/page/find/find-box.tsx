/** The box of Find: it has the focus when the page opens, and gets it again by the key `/`. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { FIND_BOX } from './slash-key.ts';

export interface FindBoxProps {
  readonly asked: string;
  readonly isReading: boolean;
  readonly onFind: (text: string) => void;
}

export function FindBox({ asked, isReading, onFind }: FindBoxProps) {
  const [text, setText] = useState(asked);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setText(asked), [asked]);
  // Before the page is painted: what is typed right behind the key must not be lost.
  useLayoutEffect(() => box.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== '') onFind(text.trim());
  };
  return (
    <search>
      <form class="find-box" onSubmit={submit}>
        <Field label="Key or id of a job" hint={<SlashHint />}>
          {(tied) => (
            <input
              {...tied}
              {...{ [FIND_BOX]: '' }}
              ref={box}
              type="search"
              class="mono"
              value={text}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button kind="primary" isSubmit isBusy={isReading} isDisabled={text.trim() === ''}>
          <Icon name="find" /> Find
        </Button>
      </form>
    </search>
  );
}

const SlashHint = () => (
  <>
    Press <kbd>/</kbd> on any page to come here
  </>
);
