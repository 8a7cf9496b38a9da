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
const REASONS = ['PermanentError', 'AttemptsExhausted', 'InvalidPayload', 'InvalidMessage', 'Crashed', 'NotAccepted'];

export function FilterBar({
  filters,
  reasons,
}: {
  readonly filters: DeadFilters;
  readonly reasons: readonly string[];
}) {
  const set = (change: Partial<DeadFilters>) =>
    navigate(hrefs.dead({ ...route.value.query, ...change }), { replace: true });
  const types = (about.value?.types ?? []).map(({ type }) => type);
  const hasAny = Object.values(filters).some((value) => value !== '');
  return (
    <search aria-label="Dead jobs">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Field label="Type">
          {(tied) => (
            <Choose
              tied={tied}
              value={filters.type}
              values={types}
              any="all types"
              onChange={(type) => set({ type })}
            />
          )}
        </Field>
        <Field label="Reason">
          {(tied) => (
            <Choose
              tied={tied}
              value={filters.reason}
              values={[...new Set([...reasons, ...REASONS])]}
              any="any reason"
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
          {(tied) => (
            <select {...tied} value={filters.since} onChange={(event) => set({ since: event.currentTarget.value })}>
              {SINCE.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
              {SINCE.every(({ value }) => value !== filters.since) && (
                <option value={filters.since}>since {filters.since}</option>
              )}
            </select>
          )}
        </Field>
        {hasAny && (
          <div class="filters-clear">
            <Button kind="quiet" onClick={() => set(NO_FILTERS)}>
              Clear filters
            </Button>
          </div>
        )}
      </form>
    </search>
  );
}

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
