/** The entries of a list: added and taken out one by one. */
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
  const isFull = field.max !== undefined && entries.length >= field.max;
  return (
    <fieldset class="form-group">
      <legend class="field-label">
        {field.title ?? name}
        {isRequired ? '' : ' (optional)'}
      </legend>
      {field.description !== undefined && <p class="field-hint">{field.description}</p>}
      {entries.map((entry, index) => (
        <div key={index} class="form-member">
          <Inner
            field={field.item}
            name={`${name} ${index + 1}`}
            path={[...path, index]}
            value={entry}
            faults={faults}
            onValue={(next) => onValue(withEntry(value, index, next))}
          />
          <Button
            kind="quiet"
            label={`Take out ${name} ${index + 1}`}
            onClick={() => onValue(withEntry(value, index, undefined))}
          >
            <Icon name="close" />
          </Button>
        </div>
      ))}
      <div class="form-add">
        <Button
          kind="quiet"
          isDisabled={isFull}
          label={`Add to ${name}`}
          onClick={() => onValue([...entries, emptyOf(field.item)])}
        >
          + add
        </Button>
      </div>
      <OwnFaults faults={faults} pointer={pointerOf(path)} />
    </fieldset>
  );
}
