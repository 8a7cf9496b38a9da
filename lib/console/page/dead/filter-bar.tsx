/** What narrows the list. It stands in the address, so that a link leads to the same jobs. */
import { useEffect, useState } from 'preact/hooks';
import { about } from '../base/about.ts';
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Button } from '../parts/button.tsx';
import { Field, type Tied } from '../parts/field.tsx';
import { type DeadFilters, NO_FILTERS, SINCE } from './filters.ts';

/** Typing rests so long before the list is read anew. */
const TYPED_MS = 400;

/** Why a job can be dead, as its item has it. */
const REASONS = [
  ...['PermanentError', 'AttemptsExhausted', 'InvalidPayload', 'InvalidMessage', 'Crashed', 'NotAccepted', 'Expired'],
];

export interface FilterBarProps {
  readonly filters: DeadFilters;
  /** Of the jobs that were read. */
  readonly reasons: readonly string[];
}

export function FilterBar({ filters, reasons }: FilterBarProps) {
  const set = (change: Partial<DeadFilters>) =>
    navigate(hrefs.dead({ ...route.value.query, ...change }), { replace: true });
  const types = (about.value?.types ?? []).map(({ type }) => type);
  const all = [...new Set([...reasons, ...REASONS])];
  return (
    <search aria-label="Dead jobs">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Field label="Type">
          {(tied) => (
            <Choose
              {...{ tied, value: filters.type, values: types, any: 'all types' }}
              onChange={(type) => set({ type })}
            />
          )}
        </Field>
        <Field label="Reason">
          {(tied) => (
            <Choose
              {...{ tied, value: filters.reason, values: all, any: 'any reason' }}
              onChange={(reason) => set({ reason })}
            />
          )}
        </Field>
        <Field label="Error has">
          {(tied) => <Typed tied={tied} value={filters.error} onChange={(error) => set({ error })} />}
        </Field>
        <Field label="Key">
          {(tied) => <Typed tied={tied} value={filters.key} onChange={(key) => set({ key })} />}
        </Field>
        <Field label="Died">
          {(tied) => <Since tied={tied} value={filters.since} onChange={(since) => set({ since })} />}
        </Field>
        <Clear filters={filters} onClear={() => set(NO_FILTERS)} />
      </form>
    </search>
  );
}

interface ClearProps {
  readonly filters: DeadFilters;
  readonly onClear: () => void;
}

const Clear = ({ filters, onClear }: ClearProps) =>
  Object.values(filters).some((value) => value !== '') ? (
    <Button kind="quiet" onClick={onClear}>
      Clear filters
    </Button>
  ) : null;

const Since = ({ tied, value, onChange }: TypedProps) => (
  <select {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
    {SINCE.map((since) => (
      <option key={since.value} value={since.value}>
        {since.label}
      </option>
    ))}
    {SINCE.every((since) => since.value !== value) && <option value={value}>since {value}</option>}
  </select>
);

interface ChooseProps {
  readonly tied: Tied;
  readonly value: string;
  readonly values: readonly string[];
  /** What the empty choice says. */
  readonly any: string;
  readonly onChange: (value: string) => void;
}

function Choose({ tied, value, values, any, onChange }: ChooseProps) {
  const all = value === '' || values.includes(value) ? values : [...values, value];
  return (
    <select {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">{any}</option>
      {all.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

interface TypedProps {
  readonly tied: Tied;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A text that counts once typing rests, or at Enter. */
function Typed({ tied, value, onChange }: TypedProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      {...tied}
      type="search"
      value={text}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(text.trim());
      }}
    />
  );
}
