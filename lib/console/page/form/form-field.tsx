/**
 * A field of a form that is made from a JSON Schema. Objects and lists hold fields again.
 *
 *   <FormField field={fieldOf(schema)} name="payload" path={[]} value={value} faults={check.faults} onValue={setValue} />
 */
import { pointerOf } from '../json/place.ts';
import { Field as Labelled } from '../parts/field.tsx';
import { faultsAt, faultsWithin } from './faults.ts';
import { ChoiceInput, FlagInput, NumberInput, TextInput } from './inputs.tsx';
import { JsonInput } from './json-input.tsx';
import { ListFields } from './list-fields.tsx';
import type { Field } from './model.ts';
import { ObjectFields } from './object-fields.tsx';
import type { FormFieldProps } from './props.ts';
import { UnionFields } from './union-fields.tsx';

export function FormField(props: FormFieldProps) {
  const { field } = props;
  switch (field.kind) {
    case 'object':
      return <ObjectFields {...props} field={field} Inner={FormField} />;
    case 'list':
      return <ListFields {...props} field={field} Inner={FormField} />;
    case 'union':
      return <UnionFields {...props} field={field} Inner={FormField} />;
    default:
      return <Single {...props} />;
  }
}

/** A field with one control. */
function Single({ field, name, path, value, faults, isRequired = true, onValue }: FormFieldProps) {
  // JSON as a text holds fields that have no place of their own.
  const own = field.kind === 'json' ? faultsWithin(faults, pointerOf(path)) : faultsAt(faults, pointerOf(path));
  const said = own.map(({ message }) => message);
  return (
    <Labelled label={`${field.title ?? name}${isRequired ? '' : ' (optional)'}`} hint={hintOf(field)} faults={said}>
      {(tied) => {
        switch (field.kind) {
          case 'text':
            return <TextInput tied={tied} field={field} value={value} onValue={onValue} />;
          case 'number':
            return <NumberInput tied={tied} value={value} isInteger={field.isInteger} onValue={onValue} />;
          case 'flag':
            return <FlagInput tied={tied} value={value} onValue={onValue} />;
          case 'choice':
            return <ChoiceInput tied={tied} values={field.values} value={value} onValue={onValue} />;
          default:
            return <JsonInput tied={tied} value={value} onValue={onValue} />;
        }
      }}
    </Labelled>
  );
}

/** What the field takes: the schema's own words first. */
function hintOf(field: Field): string | undefined {
  const limits =
    field.kind === 'number'
      ? rangeWords(field.min, field.max)
      : field.kind === 'text'
        ? (FORMATS[field.format ?? ''] ?? lengthWords(field.min, field.max))
        : undefined;
  const parts = [field.description, limits].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'a time with its zone, as 2026-01-31T09:00:00Z',
  ...{ date: 'a day, as 2026-01-31', uri: 'an address, as https://…', uuid: 'a UUID', email: 'an e-mail address' },
};

function rangeWords(min?: number, max?: number): string | undefined {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `${min} or more`;
  return max === undefined ? undefined : `${max} or less`;
}

function lengthWords(min = 0, max?: number): string | undefined {
  if (max !== undefined) return `${min > 1 ? `${min} to ` : 'at most '}${max} characters`;
  return min > 1 ? `at least ${min} characters` : undefined;
}
