/** Dead jobs by what killed them, the largest group first. A group opens to its jobs. */
import { useState } from 'preact/hooks';
import type { DeadGroup, DeadJob } from '../../api.ts';
import { countText, plural } from '../base/format.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Time } from '../parts/time.tsx';
import { Tick } from '../select/tick.tsx';
import { type DeadList, jobsOfGroup } from './dead-list.ts';
import { JobTable } from './job-table.tsx';
import { groupIdOf, groupState, type Selection } from './selection.ts';

/** So many are drawn at once: where every error is another, there are as many groups as jobs. */
const SHOWN = 100;

export interface GroupListProps {
  readonly list: DeadList;
  readonly selection: Selection;
  readonly onSelectJobs: ((jobs: readonly DeadJob[], isIn: boolean) => void) | undefined;
  readonly onSelectGroup: ((group: DeadGroup, isIn: boolean) => void) | undefined;
}

export function GroupList({ list, ...rest }: GroupListProps) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <>
      <ul class="groups">
        {list.groups.slice(0, shown).map((group) => (
          <GroupItem key={groupIdOf(group)} group={group} jobs={jobsOfGroup(list, group)} {...rest} />
        ))}
      </ul>
      {list.groups.length > shown && (
        <p class="more">
          <Button onClick={() => setShown(shown + SHOWN)}>
            Show more groups ({countText(list.groups.length - shown)} left)
          </Button>
        </p>
      )}
    </>
  );
}

interface GroupItemProps extends Omit<GroupListProps, 'list'> {
  readonly group: DeadGroup;
  readonly jobs: readonly DeadJob[];
}

function GroupItem({ group, jobs, selection, onSelectJobs, onSelectGroup }: GroupItemProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { type, error } = group;
  const state = groupState(selection, jobs);
  return (
    <li class={state === 'none' ? 'group' : 'group is-selected'}>
      <div class="group-head">
        {onSelectGroup && (
          <Tick
            label={`Select all ${countText(group.jobs)} of ${type}: ${error}`}
            state={state}
            onChange={(isIn) => onSelectGroup(group, isIn)}
          />
        )}
        <GroupWords group={group} isOpen={isOpen} onOpen={() => setIsOpen(!isOpen)} />
      </div>
      {isOpen && (
        <div class="group-jobs">
          <JobTable
            caption={`Dead jobs of ${type}: ${error}`}
            jobs={[...jobs]}
            selection={selection}
            onSelect={onSelectJobs}
            hasTypes={false}
          />
        </div>
      )}
    </li>
  );
}

interface GroupWordsProps {
  readonly group: DeadGroup;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

const GroupWords = ({ group: { type, reason, error, jobs, first, last }, isOpen, onOpen }: GroupWordsProps) => (
  <>
    <button type="button" class="group-open" aria-expanded={isOpen} onClick={onOpen}>
      <Icon name="chevron" />
      <span class="group-words">
        <span class="group-error">{error}</span>
        <span class="group-about">
          {type} · {reason ?? 'no reason'}
        </span>
      </span>
      <span class="group-count">{plural(jobs, 'job')}</span>
    </button>
    <span class="group-times">
      <span>
        first <Time at={first} isStatic />
      </span>
      <span>
        last <Time at={last} isStatic />
      </span>
    </span>
  </>
);
