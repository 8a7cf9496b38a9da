/** What no form can ask for: JSON as a text. While it is none, the value stays as it was, and the field says so. */
import { useState } from 'preact/hooks';
import type { Tied } from '../parts/field.tsx';
import type { Json } from './model.ts';
import type { Part } from './value.ts';

interface JsonInputProps {
  readonly tied: Tied;
  readonly value: Part;
  readonly onValue: (value: Json) => void;
}

export function JsonInput({ tied, value, onValue }: JsonInputProps) {
  const [typed, setTyped] = useState<string>();
  const parsed = typed === undefined ? undefined : parsedFrom(typed);
  const isOwn = typed !== undefined && (parsed === undefined || JSON.stringify(parsed.value) === JSON.stringify(value));
  const text = isOwn ? typed : value === undefined ? '' : JSON.stringify(value, null, 2);
  const isBroken = isOwn && parsed === undefined;
  return (
    <>
      <textarea
        {...tied}
        class="mono"
        aria-invalid={isBroken || tied['aria-invalid']}
        rows={Math.min(12, Math.max(2, text.split('\n').length))}
        value={text}
        spellcheck={false}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          const next = parsedFrom(event.currentTarget.value);
          if (next !== undefined) onValue(next.value);
        }}
      />
      {isBroken && (
        <p class="field-faults" role="alert">
          This is no JSON yet: the last value that was some is used.
        </p>
      )}
    </>
  );
}

function parsedFrom(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}
