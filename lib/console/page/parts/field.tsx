/**
 * A field with its label, a hint and its own faults beside it. The control is its child, and gets what ties them together.
 *
 *   <Field label="Error" hint="Part of its name or message">
 *     {(tied) => <input {...tied} value={text} onInput={(event) => setText(event.currentTarget.value)} />}
 *   </Field>
 *   <Field label="Payload" faults={['/to must be an e-mail address']}>{(tied) => <textarea {...tied} />}</Field>
 */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface Tied {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

export interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly faults?: readonly string[];
  /** The label is for screen readers alone: a sign or a placeholder says it to others. */
  readonly isLabelHidden?: boolean;
  readonly children: (tied: Tied) => ComponentChildren;
}

export function Field({ label, hint, faults = [], isLabelHidden = false, children }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, faults.length > 0 && `${id}-faults`].filter(Boolean).join(' ');
  const tied: Tied = {
    id,
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': faults.length > 0 || undefined,
  };
  return (
    <div class="field">
      <label class={isLabelHidden ? 'only-read' : 'field-label'} for={id}>
        {label}
      </label>
      {children(tied)}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {faults.length > 0 && (
        <div id={`${id}-faults`} role="alert">
          <ul class="field-faults">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
