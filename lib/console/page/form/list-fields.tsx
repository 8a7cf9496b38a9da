/** The entries of a list: added and taken out one by one. */
import type { ComponentChildren } from 'preact';
import { pointerOf } from '../json/place.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { OwnFaults } from './own-faults.tsx';
import type { GroupProps } from './props.ts';
import { emptyOf, isList, withEntry } from './value.ts';

export function ListFields({
  field,
  name,
  path,
  value,
  faults,
  isRequired = true,
  onValue,
  Inner,
}: GroupProps<'list'>) {
  const entries = isList(value) ? value : [];
  return (
    <fieldset class="form-group">
      <legend class="field-label">
        {field.title ?? name}
        {isRequired ? '' : ' (optional)'}
      </legend>
      {field.description !== undefined && <p class="field-hint">{field.description}</p>}
      {entries.map((entry, index) => (
        <Entry key={index} name={name} index={index} onRemove={() => onValue(withEntry(value, index, undefined))}>
          <Inner
            field={field.item}
            name={`${name} ${index + 1}`}
            path={[...path, index]}
            value={entry}
            faults={faults}
            onValue={(next) => onValue(withEntry(value, index, next))}
          />
        </Entry>
      ))}
      <Add
        name={name}
        isFull={field.max !== undefined && entries.length >= field.max}
        onAdd={() => onValue([...entries, emptyOf(field.item)])}
      />
      <OwnFaults faults={faults} pointer={pointerOf(path)} />
    </fieldset>
  );
}

interface EntryProps {
  readonly name: string;
  readonly index: number;
  readonly onRemove: () => void;
  readonly children: ComponentChildren;
}

const Entry = ({ name, index, onRemove, children }: EntryProps) => (
  <div class="form-member">
    {children}
    <Button kind="quiet" label={`Take out ${name} ${index + 1}`} onClick={onRemove}>
      <Icon name="close" />
    </Button>
  </div>
);

interface AddProps {
  readonly name: string;
  readonly isFull: boolean;
  readonly onAdd: () => void;
}

const Add = ({ name, isFull, onAdd }: AddProps) => (
  <div class="form-add">
    <Button kind="quiet" isDisabled={isFull} label={`Add to ${name}`} onClick={onAdd}>
      + add
    </Button>
  </div>
);
