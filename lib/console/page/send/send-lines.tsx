/** Many jobs at once: lines of payloads or of whole messages, pasted or from a file. Lines that are refused are shown. */
import { useState } from 'preact/hooks';
import type { Operation } from '../../api.ts';
import { plural } from '../base/format.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Segments } from '../parts/segments.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { areEnvelopes, linesOf } from './envelope.ts';
import { RefusedLines } from './refused-lines.tsx';

const FORMS = [
  { value: 'payloads', label: 'Payloads' },
  { value: 'envelopes', label: 'Whole messages' },
] as const;

export function SendLines({ type }: { readonly type: string }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<'payloads' | 'envelopes'>();
  const [operation, setOperation] = useState<Operation>();
  const { ask, isAsking } = useOperation({ onStart: setOperation, onEnd: setOperation });
  const lines = linesOf(text);
  const form = chosen ?? (areEnvelopes(lines) ? 'envelopes' : 'payloads');
  const send = (event: Event) => {
    event.preventDefault();
    if (lines.length > 0) ask({ kind: 'send', type, text, lines: true, envelopes: form === 'envelopes' });
  };
  return (
    <form class="send" onSubmit={send}>
      <section class="card card-body send-lines" aria-label="Lines">
        <LinesField text={text} onText={setText} />
        <div class="send-lines-foot">
          <FileField onText={setText} />
          <Segments label="Each line is" value={form} options={FORMS} onChange={setChosen} />
        </div>
      </section>
      <div class="buttons">
        <Button kind="primary" isSubmit isBusy={isAsking} isDisabled={lines.length === 0}>
          {lines.length === 0 ? 'Send…' : `Send ${plural(lines.length, 'job')}…`}
        </Button>
      </div>
      <RefusedLines operation={operation} />
    </form>
  );
}

interface LinesFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
}

const LinesField = ({ text, onText }: LinesFieldProps) => (
  <Field label="Lines of JSON" hint="One job a line (NDJSON). Paste them, or drop a file here.">
    {(tied) => (
      <textarea
        {...tied}
        class="mono"
        rows={14}
        wrap="off"
        spellcheck={false}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onDrop={(event) => {
          const [file] = event.dataTransfer?.files ?? [];
          if (file === undefined) return;
          event.preventDefault();
          void file.text().then(onText);
        }}
      />
    )}
  </Field>
);

const FileField = ({ onText }: Pick<LinesFieldProps, 'onText'>) => (
  <Field label="A file">
    {(tied) => (
      <input
        {...tied}
        type="file"
        accept=".ndjson,.jsonl,.json,.txt"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void file.text().then(onText);
        }}
      />
    )}
  </Field>
);
