/**
 * One of a few views, side by side.
 *
 *   <Segments label="View" value={view} options={[{ value: 'groups', label: 'Groups' }, …]} onChange={setView} />
 */
import { useId } from 'preact/hooks';

export interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="only-read">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? 'segment is-chosen' : 'segment'}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
