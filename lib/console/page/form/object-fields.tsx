/** The members of an object: required ones always, others once they are added. */
import { pointerOf } from '../json/place.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import type { Member } from './model.ts';
import { OwnFaults } from './own-faults.tsx';
import type { GroupProps } from './props.ts';
import { emptyOf, isObject, type Part, withMember } from './value.ts';

export function ObjectFields({ field, name, path, value, faults, onValue, Inner }: GroupProps<'object'>) {
  const { members } = field;
  const isThere = (member: Member) => member.required || (isObject(value) && Object.hasOwn(value, member.name));
  const set = (member: Member, next: Part) => onValue(withMember(members, value, member.name, next));
  const absent = members.filter((member) => !isThere(member));
  return (
    <fieldset class={path.length === 0 ? 'form-group is-root' : 'form-group'}>
      <legend class={path.length === 0 ? 'only-read' : 'field-label'}>{field.title ?? name}</legend>
      {field.description !== undefined && <p class="field-hint">{field.description}</p>}
      {members.filter(isThere).map((member) => (
        <div key={member.name} class="form-member">
          <Inner
            field={member.field}
            name={member.name}
            path={[...path, member.name]}
            value={isObject(value) ? value[member.name] : undefined}
            faults={faults}
            isRequired={member.required}
            onValue={(next) => set(member, next)}
          />
          {!member.required && (
            <Button kind="quiet" label={`Leave out ${member.name}`} onClick={() => set(member, undefined)}>
              <Icon name="close" />
            </Button>
          )}
        </div>
      ))}
      <Absent members={absent} onAdd={(member) => set(member, emptyOf(member.field))} />
      <OwnFaults faults={faults} pointer={pointerOf(path)} />
    </fieldset>
  );
}

interface AbsentProps {
  readonly members: readonly Member[];
  readonly onAdd: (member: Member) => void;
}

/** Optional members that are left out. */
function Absent({ members, onAdd }: AbsentProps) {
  if (members.length === 0) return null;
  return (
    <fieldset class="form-add is-plain">
      <legend class="only-read">Optional fields</legend>
      {members.map((member) => (
        <Button key={member.name} kind="quiet" onClick={() => onAdd(member)}>
          + {member.name}
        </Button>
      ))}
    </fieldset>
  );
}
