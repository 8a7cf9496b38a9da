/** What `sluice doctor` finds, as it finds it: faults first, each with what to do. */
import type { Finding } from '../../api.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Skeleton, TroubleNote } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { Todo } from '../parts/todo.tsx';
import { type FindingGroup, groupsOf, verdictOf } from './findings.ts';
import { useFindings } from './use-findings.ts';

export function HealthPage() {
  const { findings, isOver, endedAtMs, trouble, lookAgain } = useFindings();
  return (
    <>
      <div class="page-head">
        <h1>Health</h1>
        <p class="muted" role="status">
          {verdictOf(findings, trouble ? 'broken' : isOver ? 'over' : 'running')}
        </p>
        {isOver && !trouble && endedAtMs !== undefined && (
          <span class="as-of">
            <Time at={endedAtMs} />
          </span>
        )}
        <div class="page-head-end">
          <Button isBusy={!isOver} onClick={lookAgain}>
            <Icon name="refresh" />
            Look again
          </Button>
        </div>
      </div>
      <TroubleNote trouble={trouble} />
      {groupsOf(findings).map((group) => (
        <Group key={group.level} group={group} />
      ))}
      {!isOver && findings.length === 0 && <Skeleton rows={6} />}
    </>
  );
}

const Group = ({ group: { level, name, findings } }: { readonly group: FindingGroup }) => (
  <section class="card" aria-labelledby={`findings-${level}`}>
    <h2 class="card-head" id={`findings-${level}`}>
      <Status of={level} text={name} />
      <span class="muted"> {findings.length}</span>
    </h2>
    <ul class="findings">
      {findings.map((finding) => (
        <Line key={finding.check + finding.what} finding={finding} />
      ))}
    </ul>
  </section>
);

const Line = ({ finding: { check, what, todo } }: { readonly finding: Finding }) => (
  <li>
    <p class="finding-check">{check}</p>
    <div class="finding-what">
      <p>{what}</p>
      <Todo todo={todo} />
    </div>
  </li>
);
