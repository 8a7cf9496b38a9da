/** What the message says beside its payload: key, when, attempts. */
import { Field, type Tied } from '../parts/field.tsx';
import type { OptionFaults, Options } from './envelope.ts';

export interface OptionFieldsProps {
  readonly options: Options;
  readonly faults: OptionFaults;
  readonly onOptions: (options: Options) => void;
}

const list = (fault: string | undefined): readonly string[] => (fault === undefined ? [] : [fault]);

export function OptionFields({ options, faults, onOptions }: OptionFieldsProps) {
  const set = (change: Partial<Options>) => onOptions({ ...options, ...change });
  return (
    <fieldset class="card card-body send-options">
      <legend class="only-read">Options of the message</legend>
      <Field label="Key (optional)" hint="Jobs with one key run once" faults={list(faults.key)}>
        {(tied) => <Short tied={tied} class="mono" value={options.key} onText={(key) => set({ key })} />}
      </Field>
      <Field label="When">
        {(tied) => (
          <select {...tied} value={options.when} onChange={(event) => set({ when: whenOf(event.currentTarget.value) })}>
            <option value="now">now</option>
            <option value="delay">after a delay</option>
            <option value="at">at a time</option>
          </select>
        )}
      </Field>
      <WhenField options={options} faults={faults} set={set} />
      <Field label="Attempts (optional)" hint="The first one counts" faults={list(faults.maxAttempts)}>
        {(tied) => (
          <Short
            {...{ tied, value: options.maxAttempts, class: 'is-short', placeholder: 'as defined', isNumber: true }}
            onText={(maxAttempts) => set({ maxAttempts })}
          />
        )}
      </Field>
    </fieldset>
  );
}

interface ShortProps {
  readonly tied: Tied;
  readonly value: string;
  readonly class: string;
  readonly placeholder?: string;
  readonly isNumber?: boolean;
  readonly onText: (text: string) => void;
}

const Short = ({ tied, value, class: className, placeholder, isNumber = false, onText }: ShortProps) => (
  <input
    {...tied}
    class={className}
    inputMode={isNumber ? 'numeric' : undefined}
    value={value}
    placeholder={placeholder}
    autocomplete="off"
    spellcheck={false}
    onInput={(event) => onText(event.currentTarget.value.trim())}
  />
);

const whenOf = (value: string): Options['when'] => (value === 'delay' || value === 'at' ? value : 'now');

interface WhenFieldProps extends Omit<OptionFieldsProps, 'onOptions'> {
  readonly set: (change: Partial<Options>) => void;
}

function WhenField({ options, faults, set }: WhenFieldProps) {
  if (options.when === 'delay') {
    return (
      <Field label="Delay in seconds" faults={list(faults.delaySeconds)}>
        {(tied) => (
          <Short
            {...{ tied, value: options.delaySeconds, class: 'is-short', isNumber: true }}
            onText={(delaySeconds) => set({ delaySeconds })}
          />
        )}
      </Field>
    );
  }
  if (options.when !== 'at') return null;
  return (
    <Field label="Time" hint="In this computer's zone; at most a year ahead" faults={list(faults.at)}>
      {(tied) => (
        <input
          {...tied}
          type="datetime-local"
          value={options.at}
          onInput={(event) => set({ at: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}
