/**
 * Which job type a list is of.
 *
 *   <TypeFilter any="all types" types={types} type={type} onType={(next) => navigate(…)} />
 */
import { Field } from '../parts/field.tsx';

export interface TypeFilterProps {
  readonly types: readonly string[];
  /** '': any. */
  readonly type: string;
  /** What "any" is called. */
  readonly any: string;
  readonly onType: (type: string) => void;
}

export const TypeFilter = ({ types, type, any, onType }: TypeFilterProps) => (
  <Field label="Job type" isLabelHidden>
    {(tied) => (
      <select {...tied} value={type} onChange={(event) => onType(event.currentTarget.value)}>
        <option value="">{any}</option>
        {(type === '' || types.includes(type) ? types : [...types, type]).map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    )}
  </Field>
);
