/** Controls for one value each. */
import { useState } from 'preact/hooks';
import type { Tied } from '../parts/field.tsx';
import type { Field, Json } from './model.ts';
import { numberFrom, type Part } from './value.ts';

interface InputProps {
  readonly tied: Tied;
  readonly value: Part;
  readonly onValue: (value: Json) => void;
}

/** Which keys a phone shows. */
const MODES: Readonly<Record<string, 'email' | 'url'>> = { email: 'email', uri: 'url' };
/** A text that may be longer, or has no limit and no form, may have lines. */
const LONG = 200;

export function TextInput({ tied, field, value, onValue }: InputProps & { readonly field: Field & { kind: 'text' } }) {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  const hasForm = field.format !== undefined || field.pattern !== undefined;
  if (!hasForm && (field.max ?? LONG) >= LONG) {
    const rows = Math.min(12, Math.max(text.length > 80 ? 3 : 1, text.split('\n').length));
    return <textarea {...tied} rows={rows} value={text} onInput={(event) => onValue(event.currentTarget.value)} />;
  }
  return (
    <input
      {...tied}
      // The schema judges, not the browser: its own bubbles would say it twice.
      type="text"
      inputMode={MODES[field.format ?? '']}
      value={text}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}

/** What is typed stays as it is typed: `1.` on its way to `1.5` is 1 meanwhile. */
export function NumberInput({ tied, value, isInteger, onValue }: InputProps & { readonly isInteger: boolean }) {
  const [typed, setTyped] = useState<string>();
  const text = typed !== undefined && numberFrom(typed) === value ? typed : value === undefined ? '' : String(value);
  return (
    <input
      {...tied}
      class="is-short"
      inputMode={isInteger ? 'numeric' : 'decimal'}
      value={text}
      autocomplete="off"
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        onValue(numberFrom(event.currentTarget.value));
      }}
    />
  );
}

export const FlagInput = ({ tied, value, onValue }: InputProps) => (
  <input
    {...tied}
    type="checkbox"
    checked={value === true}
    onChange={(event) => onValue(event.currentTarget.checked)}
  />
);

export function ChoiceInput({ tied, values, value, onValue }: InputProps & { readonly values: readonly Json[] }) {
  const texts = values.map((one) => JSON.stringify(one));
  const chosen = texts.indexOf(JSON.stringify(value ?? null));
  return (
    <select
      {...tied}
      class="is-short"
      value={String(chosen)}
      onChange={(event) => onValue(values[Number(event.currentTarget.value)] ?? null)}
    >
      {chosen === -1 && <option value="-1">choose…</option>}
      {values.map((one, index) => (
        <option key={texts[index]} value={String(index)}>
          {typeof one === 'string' ? one : texts[index]}
        </option>
      ))}
    </select>
  );
}
